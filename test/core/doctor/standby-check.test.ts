import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PostgresTable } from '../../../src/core/doctor/postgres-checks.ts';
import { standbyCheck } from '../../../src/core/doctor/standby-check.ts';

test('a standby of the lead is told from a primary and from a standby of another server', () => {
  const lead = { name: 'east', table: { systemId: '7' } as PostgresTable };
  const told = (inRecovery: boolean, systemId: string) => standbyCheck({ inRecovery, systemId }, lead);
  assert.deepEqual(
    [told(true, '7').level, told(true, '8').level, told(false, '7').level],
    ['ok', 'info', 'info'],
  );
  assert.match(told(true, '7').text, /a standby of east: it gives planned rows/);
  assert.match(told(false, '7').text, /no standby of east: it gives no rows/);
});
