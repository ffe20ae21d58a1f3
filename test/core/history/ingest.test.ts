import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ForesyncError } from '../../../src/core/errors.ts';
import type { KeySeries } from '../../../src/core/history/access-history.ts';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import type { IngestOptions } from '../../../src/core/history/ingest-options.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-ingest-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const t0 = 1_700_000_040_000;
let made = 0;

/** A state file of its own, which is closed and removed with the test's folder. */
function withState<T>(use: (state: StateFile) => T): T {
  const state = openState(path.join(folder, `${made++}.db`));
  const close = () => state.close();
  const result = use(state);
  if (result instanceof Promise) return result.finally(close) as T;
  close();
  return result;
}

function logFile(lines: readonly string[], name = `${made++}.csv`): string {
  const file = path.join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

const eventLines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${t0 + (from + i) * 1000},read,key${(from + i) % 50},10`);

const ingest = (state: StateFile, paths: string[], options: IngestOptions & { replica?: string } = {}) =>
  ingestLogs(
    state,
    paths.map((file) => ({ path: file, replica: options.replica ?? 'r1' })),
    options,
  );

const dump = (state: StateFile): KeySeries[] => [...openHistory(state).series()];

const historyOf = (file: string, options: IngestOptions) =>
  withState(async (state) => {
    await ingest(state, [file], options);
    return { series: dump(state), summary: openHistory(state).summary() };
  });

test('an empty history has no keys and no times', () => {
  withState((state) => {
    const history = openHistory(state);
    assert.equal(history.bucketMs, 60_000);
    assert.deepEqual(history.summary(), {
      events: 0,
      keys: 0,
      reads: 0,
      writes: 0,
      firstMs: undefined,
      lastMs: undefined,
      replicas: [],
    });
    assert.deepEqual([...history.series()], []);
  });
});

test('the history tells what the log said, over all replicas', () =>
  withState(async (state) => {
    const a = logFile([`${t0},read,x,5`, `${t0 + 1},write,x,6`, `${t0 + 60_000},read,x,7`, `${t0},write,y,`]);
    const b = logFile([`${t0 + 2},read,x,9`, `${t0 - 60_000},read,x,`]);
    await ingestLogs(
      state,
      [
        { path: a, replica: 'east' },
        { path: b, replica: 'west' },
      ],
      {},
    );
    const bucket = t0 / 60_000;
    assert.deepEqual(openHistory(state).summary(), {
      events: 6,
      keys: 2,
      reads: 4,
      writes: 2,
      firstMs: t0 - 60_000,
      lastMs: t0 + 60_000,
      replicas: ['east', 'west'],
    });
    assert.deepEqual(dump(state), [
      {
        key: 'x',
        buckets: Int32Array.of(Math.floor(bucket) - 1, Math.floor(bucket), Math.floor(bucket) + 1),
        reads: Uint32Array.of(1, 2, 1),
        writes: Uint32Array.of(0, 1, 0),
        firstMs: t0 - 60_000,
        lastMs: t0 + 60_000,
        lastReadMs: t0 + 60_000,
        sizeBytes: 7,
        readsByReplica: [2, 2],
      },
      {
        key: 'y',
        buckets: Int32Array.of(Math.floor(bucket)),
        reads: Uint32Array.of(0),
        writes: Uint32Array.of(1),
        firstMs: t0,
        lastMs: t0,
        lastReadMs: undefined,
        sizeBytes: undefined,
        readsByReplica: [0, 0],
      },
    ]);
  }));

test('storing in many small batches gives the same history as in one', async () => {
  const anyLine = fc
    .tuple(
      fc.integer({ min: 0, max: 30 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 0, max: 99 }),
    )
    .map(
      ([minute, isWrite, key, size]) => `${t0 + minute * 60_000},${isWrite ? 'set' : 'get'},k${key},${size}`,
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLine, { minLength: 1, maxLength: 120 }),
      fc.integer({ min: 1, max: 20 }),
      async (lines, buckets) => {
        const file = logFile(['time,op,key,size', ...lines]);
        const limits = { buckets, keys: 5, keyBytes: 1000 };
        const [whole, pieces] = [await historyOf(file, {}), await historyOf(file, { limits })];
        assert.deepEqual(pieces, whole);
        assert.equal(whole.summary.events, lines.length);
      },
    ),
    { seed: 1, numRuns: 25 },
  );
});

test('what was read is not read again, and what is new since then is', () =>
  withState(async (state) => {
    const file = logFile(['time,op,key,size', ...eventLines(3000)]);
    const first = await ingest(state, [file]);
    assert.deepEqual([first.files[0]?.state, first.files[0]?.events], ['new', 3000]);
    const second = await ingest(state, [file]);
    assert.deepEqual([second.files[0]?.state, second.files[0]?.lines], ['unchanged', 0]);
    appendFileSync(file, `${eventLines(10, 3000).join('\n')}\nbroken\n`);
    const third = await ingest(state, [file]);
    assert.deepEqual([third.files[0]?.state, third.files[0]?.events], ['grown', 10]);
    assert.deepEqual(third.files[0]?.rejects, [{ line: 3012, reason: '1 column where 3 are needed' }]);
    assert.equal(openHistory(state).summary().events, 3010);
  }));

test('a small file that grows is known by what it began with', () =>
  withState(async (state) => {
    const file = logFile(['time,key', `${t0},a`]);
    await ingest(state, [file]);
    appendFileSync(file, `${t0 + 1},b\n`);
    const { files } = await ingest(state, [file]);
    assert.deepEqual([files[0]?.state, files[0]?.events], ['grown', 1]);
    assert.equal(openHistory(state).summary().events, 2);
  }));

test('the rest of a line that was read half is passed over', () =>
  withState(async (state) => {
    const file = logFile(['time,key', `${t0},a`]);
    appendFileSync(file, `${t0},b`);
    assert.equal((await ingest(state, [file])).files[0]?.events, 2);
    appendFileSync(file, `bbb\n${t0},c\n`);
    assert.equal((await ingest(state, [file])).files[0]?.events, 1);
    assert.deepEqual(
      dump(state)
        .map(({ key }) => key)
        .sort(),
      ['a', 'b', 'c'],
    );
  }));

test('a renamed, a copied and a compressed log are known again; another replica counts its own', () =>
  withState(async (state) => {
    const file = logFile(['time,op,key,size', ...eventLines(3000)]);
    await ingest(state, [file]);
    const moved = `${file}.1`;
    renameSync(file, moved);
    const copy = `${file}.copy`;
    copyFileSync(moved, copy);
    const packed = `${file}.gz`;
    writeFileSync(
      packed,
      gzipSync(Buffer.from(['time,op,key,size', ...eventLines(3100)].map((line) => `${line}\n`).join(''))),
    );
    const { files } = await ingest(state, [moved, copy, packed]);
    assert.deepEqual(
      files.map(({ events }) => events),
      [0, 0, 100],
    );
    assert.equal((await ingest(state, [moved], { replica: 'r2' })).files[0]?.events, 3000);
    assert.equal((await ingest(state, [packed])).files[0]?.state, 'unchanged');
    assert.equal(openHistory(state).summary().events, 6100);
  }));

test('another log in the same file is read from its start', () =>
  withState(async (state) => {
    const file = logFile(eventLines(100));
    await ingest(state, [file]);
    truncateSync(file);
    appendFileSync(file, `${eventLines(7, 5000).join('\n')}\n`);
    assert.deepEqual(
      (await ingest(state, [file])).files.map(({ state: how, events }) => [how, events]),
      [['new', 7]],
    );
  }));

test('--rebuild starts over, and standard input is always new', () =>
  withState(async (state) => {
    const file = logFile(eventLines(100));
    await ingest(state, [file]);
    await ingest(state, [file], { rebuild: true });
    assert.equal(openHistory(state).summary().events, 100);
    for (let i = 0; i < 2; i++)
      await ingest(state, ['-'], { stdin: Readable.from([Buffer.from(`${t0},read,a\n`)]) });
    assert.equal(openHistory(state).summary().events, 102);
  }));

test('when one log cannot be read, the history stays as it was', () =>
  withState(async (state) => {
    const good = logFile(eventLines(100));
    await ingest(state, [logFile(eventLines(5, 9000))]);
    const before = dump(state);
    const cut = path.join(folder, 'cut.gz');
    writeFileSync(cut, gzipSync(Buffer.from(eventLines(5000).join('\n'))).subarray(0, -30));
    const limits = { buckets: 10, keys: 10, keyBytes: 1000 };
    const cases: [string, string, ErrorCodeKind][] = [
      [cut, 'log-truncated', 'data'],
      [path.join(folder, 'nowhere.csv'), 'log-missing', 'io'],
      [folder, 'log-unreadable', 'io'],
    ];
    for (const [file, code, kind] of cases) {
      await assert.rejects(ingest(state, [good, file], { limits }), (error) => {
        assert.ok(error instanceof ForesyncError);
        assert.deepEqual([error.code, error.kind], [code, kind]);
        assert.ok(error.message.includes(file));
        return true;
      });
    }
    const bad = logFile([...eventLines(20), 'nonsense']);
    await assert.rejects(ingest(state, [good, bad], { strict: true }), { code: 'log-line' });
    const stop = AbortSignal.abort();
    await assert.rejects(ingest(state, [good], { signal: stop }), { name: 'AbortError' });
    assert.deepEqual(dump(state), before);
    assert.equal((await ingest(state, [good])).files[0]?.events, 100);
  }));

type ErrorCodeKind = 'data' | 'io';

test('the profile adds up', () =>
  withState(async (state) => {
    const { profile } = await ingest(state, [logFile(eventLines(7200)), logFile([`${t0},write,key1,5`])]);
    assert.ok(profile);
    assert.deepEqual([profile.events, profile.keys, profile.reads, profile.writes], [7201, 50, 7200, 1]);
    assert.equal(
      profile.hours.reduce((sum, events) => sum + events, 0),
      7201,
    );
    const [{ accesses, ...replica } = { accesses: [] }, ...others] = profile.replicas;
    assert.deepEqual(others, []);
    const counts = { reads: 7200, writes: 1, keys: 50, onlyKeys: 50, onlyShare: 1 };
    assert.deepEqual(replica, { name: 'r1', ...counts, firstMs: t0, lastMs: t0 + 7_199_000 });
    const [hottest] = profile.hottest;
    assert.deepEqual([hottest?.key, hottest?.reads, hottest?.sizeBytes], ['key0', 144, 10]);
    for (const [series, total] of [
      [accesses, 7201],
      [hottest?.accesses ?? [], 144],
      [profile.course?.timeline.reads ?? [], 7200],
    ] as const) {
      assert.equal(
        series.reduce((sum, count) => sum + count, 0),
        total,
      );
    }
    assert.equal(profile.skew.gini, 0);
  }));

test('many keys come each once, always in the same order, while the file is written to', () =>
  withState(async (state) => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${t0},read,${(i * 7919) % 5000}`);
    const file = logFile(lines);
    await ingest(state, [file]);
    await ingest(state, [file], { replica: 'r2' });
    const keys: string[] = [];
    for (const { key, readsByReplica } of openHistory(state).series()) {
      assert.deepEqual(readsByReplica, [1, 1]);
      if (keys.length % 1000 === 0) state.db.exec('UPDATE history_replica SET reads = reads');
      keys.push(key);
    }
    assert.deepEqual(keys.toSorted(), Array.from({ length: 5000 }, (_, i) => String(i)).sort());
    await withState(async (other) => {
      await ingest(other, [logFile(lines.toReversed())]);
      assert.deepEqual(
        dump(other).map(({ key }) => key),
        keys,
      );
    });
  }));
