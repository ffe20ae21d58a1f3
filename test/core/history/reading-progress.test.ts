import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import type { IngestProgress } from '../../../src/core/history/ingest-options.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-reading-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => path.join(folder, name);
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${1_700_000_000 + from + i},read,key-${i % 999}\n`).join('');

async function progressOf(state: StateFile, paths: string[], stdin?: Readable): Promise<IngestProgress[]> {
  const seen: IngestProgress[] = [];
  const logs = paths.map((log) => ({ path: log, replica: 'r' }));
  await ingestLogs(state, logs, { stdin, onProgress: (progress) => seen.push(progress) });
  return seen;
}

test('stored bytes add up over plain and compressed logs, and what was read before is settled at once', async () => {
  const state = openState(file('a.db'));
  try {
    writeFileSync(file('plain.csv'), lines(100_000));
    writeFileSync(file('packed.csv.gz'), gzipSync(lines(50_000, 500_000)));
    const sizes = ['plain.csv', 'packed.csv.gz'].map((name) => statSync(file(name)).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const seen = await progressOf(state, [file('plain.csv'), file('packed.csv.gz')]);
    assert.ok(seen.length > 2);
    assert.ok(
      seen.every(({ totalBytes, doneBytes, readBytes }) => totalBytes === total && doneBytes === readBytes),
    );
    assert.ok(seen.every(({ doneBytes }, i) => i === 0 || doneBytes >= (seen[i - 1]?.doneBytes ?? 0)));
    assert.ok((seen[0]?.doneBytes ?? total) < total);
    assert.equal(seen.at(-1)?.doneBytes, total);

    appendFileSync(file('plain.csv'), lines(1000, 200_000));
    const size = statSync(file('plain.csv')).size;
    const [grown] = await progressOf(state, [file('plain.csv')]);
    assert.ok(grown);
    assert.deepEqual([grown.totalBytes, grown.doneBytes], [size, size]);
    // What was appended, and the head that the log is known by.
    assert.ok(grown.readBytes < size);
    assert.ok(grown.readBytes > size - (sizes[0] ?? 0) + 64 * 1024);
  } finally {
    state.close();
  }
});

test('with standard input the total is not known', async () => {
  const state = openState(file('b.db'));
  try {
    const seen = await progressOf(state, ['-'], Readable.from([Buffer.from(lines(1000))]));
    assert.ok(seen.length > 0);
    assert.ok(seen.every(({ totalBytes, bytes }) => totalBytes === undefined && bytes > 0));
  } finally {
    state.close();
  }
});
