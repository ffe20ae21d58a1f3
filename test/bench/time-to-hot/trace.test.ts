import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readTrace } from '../../../bench/time-to-hot/trace.ts';
import { temporaryFolder } from '../../support/tables.ts';

const hourMs = 3_600_000;

test('a trace is cut where the busiest hour of its second half begins, and its keys are rows anywhere', (t) => {
  const folder = temporaryFolder(t);
  const at = (hour: number, count: number, key: string, op = 'read') =>
    Array.from({ length: count }, (_, i) => `${hour * hourMs + i * 1000 + 1}\t${op}\t${key}\t`);
  const lines = [
    ...at(0, 50, 'early'),
    ...at(6, 3, 'some'),
    ...at(8, 9, 'busy'),
    ...at(8, 2, 'born', 'write'),
    ...at(8, 2, 'born'),
    ...at(10, 4, 'some'),
  ];
  writeFileSync(path.join(folder, 'made.tsv.gz'), gzipSync(`${lines.join('\n')}\n`));
  const read = (seed: number) => readTrace('made', { folder, rows: 1000, seed });
  const { originMs, keys, past, reads } = read(1);
  assert.equal(originMs, 8 * hourMs);
  assert.deepEqual(
    [keys, past.length, reads.length],
    [4, 53, 13],
    'what a write brought into being is left out',
  );
  assert.ok(reads.every(({ atMs }, i) => atMs > 0 && atMs >= (reads[i - 1]?.atMs ?? 0)));
  const rows = new Set(reads.map(({ row }) => row));
  assert.equal(rows.size, 2);
  assert.ok([...rows].every((row) => row >= 1 && row <= 1000));
  assert.deepEqual(read(1), read(1));
  assert.notDeepEqual(read(2).reads, reads);
  assert.throws(() => readTrace('made', { folder, rows: 3, seed: 1 }), /more keys than the 3 rows/);
});
