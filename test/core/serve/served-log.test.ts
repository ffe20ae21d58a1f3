import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isServedLog } from '../../../src/core/metrics/served-reads.ts';
import type { RowKey } from '../../../src/core/row-key.ts';
import { ServedLog } from '../../../src/core/serve/served-log.ts';
import { servingTable } from '../../support/serving-page.ts';
import { temporaryFolder } from '../../support/tables.ts';

test('each read is logged under its key as the table has it, and one that nobody could answer as such', async (t) => {
  const file = path.join(temporaryFolder(t), 'reads.jsonl');
  const log = await ServedLog.open(file, { nowMs: () => 0 });
  log.served({ kind: 'unavailable', key: ['us', 1], why: 'no-donor' });
  const told = { watermark: 1, asOfMs: 0, from: 'joiner', isHit: true, by: 'plan', name: '' } as const;
  for (const key of [97, { int: '9223372036854775807' }, { base64: 'AP8=' }] as RowKey[])
    log.served({ kind: 'row', key, json: '{}', ...told });
  log.served({ kind: 'none', key: 'nowhere', ...told });
  await log.close();
  const written = readFileSync(file);
  assert.ok(isServedLog(written));
  const [away, ...others] = written
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const fields = new Set([away, ...others].flatMap((line) => Object.keys(line)));
  const documented = servingTable('field', '## The access log, version 1').map(([name]) => name);
  assert.deepEqual([...fields].sort(), documented.sort());
  const base = { v: 1, time: '1970-01-01T00:00:00.000Z', op: 'read' };
  assert.deepEqual(away, { ...base, key: '["us",1]', hit: false, found: null });
  assert.deepEqual(others, [
    { ...base, key: '97', hit: true, found: true, by: 'plan' },
    { ...base, key: '9223372036854775807', hit: true, found: true, by: 'plan' },
    { ...base, key: '{"base64":"AP8="}', hit: true, found: true, by: 'plan' },
    { ...base, key: 'nowhere', hit: true, found: false, by: 'plan' },
  ]);
});
