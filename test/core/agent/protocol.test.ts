import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requests } from '../../../src/core/agent/protocol.ts';

const seek = requests['donor.seek'].params;
const isPlace = (i: string) => seek.safeParse({ watermark: 0, snapshotAfter: [{ i }] }).success;

test('a place is an integer that SQLite can hold', () => {
  for (const i of ['0', '-0', '007', '9223372036854775807', '-9223372036854775808']) assert.ok(isPlace(i), i);
  for (const i of [
    '9223372036854775808',
    '-9223372036854775809',
    '9999999999999999999',
    '1e3',
    '',
    '-',
    ' 1',
  ])
    assert.ok(!isPlace(i), i);
});
