import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { collectTraffic } from '../../../src/core/history/collect-traffic.ts';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { loadProfile } from '../../../src/core/history/traffic-profile.ts';
import { openState } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-collect-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const t0 = Date.UTC(2023, 0, 2);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function logFile(name: string, lines: readonly string[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, `time,op,key,size\n${lines.join('\n')}\n`);
  return file;
}

const a = [`${t0},read,both,7`, `${t0 + 100},read,both,`, `${t0 + 2 * hourMs},write,mine,`];
const b = [
  `${t0 + minuteMs},write,both,9`,
  ...[1, 2, 3].map((hour) => `${t0 + hour * 24 * hourMs},read,late,`),
];

async function collected<T>(use: (state: ReturnType<typeof openState>) => T): Promise<T> {
  const state = openState(path.join(folder, 'state.db'));
  try {
    const inputs = { a, b };
    const logs = Object.entries(inputs).map(([name, lines]) => ({
      path: logFile(name, lines),
      replica: name,
    }));
    await ingestLogs(state, logs, { rebuild: true });
    return use(state);
  } finally {
    state.close();
  }
}

test('replicas have their traffic per bucket, and their keys', () =>
  collected(({ db }) => {
    const { replicas } = collectTraffic(db, minuteMs);
    const minute = t0 / minuteMs;
    assert.deepEqual(replicas, [
      {
        name: 'a',
        reads: 2,
        writes: 1,
        firstMs: t0,
        lastMs: t0 + 2 * hourMs,
        keys: 2,
        perBucket: {
          buckets: Int32Array.of(minute, minute + 120),
          reads: Uint32Array.of(2, 0),
          writes: Uint32Array.of(0, 1),
        },
      },
      {
        name: 'b',
        reads: 3,
        writes: 1,
        firstMs: t0 + minuteMs,
        lastMs: t0 + 72 * hourMs,
        keys: 2,
        perBucket: {
          buckets: Int32Array.from([1, 1440, 2880, 4320], (offset) => minute + offset),
          reads: Uint32Array.of(0, 1, 1, 1),
          writes: Uint32Array.of(1, 0, 0, 0),
        },
      },
    ]);
  }));

test('keys are counted once over all replicas', () =>
  collected(({ db }) => {
    const { figures } = collectTraffic(db, minuteMs);
    const [hour, day] = [t0 / hourMs, t0 / hourMs / 24];
    assert.equal(figures.keys, 3);
    assert.deepEqual(figures.readLevels, [
      { reads: 3, keys: 1 },
      { reads: 2, keys: 1 },
      { reads: 0, keys: 1 },
    ]);
    assert.deepEqual(
      figures.hottest.map(({ key, reads, writes, sizeBytes }) => [key, reads, writes, sizeBytes]),
      [
        ['late', 3, 0, undefined],
        ['both', 2, 1, 9],
        ['mine', 0, 1, undefined],
      ],
    );
    assert.deepEqual(figures.hottest[1]?.series, {
      buckets: Int32Array.of(t0 / minuteMs, t0 / minuteMs + 1),
      reads: Uint32Array.of(2, 0),
      writes: Uint32Array.of(0, 1),
    });
    assert.deepEqual(figures.newKeysByDay, [
      { day, keys: 2 },
      { day: day + 1, keys: 1 },
    ]);
    assert.deepEqual(figures.activeByHour.slice(0, 2), [
      { hour, keys: 1 },
      { hour: hour + 2, keys: 1 },
    ]);
    assert.deepEqual(
      figures.activeByDay,
      [2, 1, 1, 1].map((keys, offset) => ({ day: day + offset, keys })),
    );
    assert.deepEqual(figures.onlyAt, [1, 1]);
  }));

test('a profile that an earlier foresync stored, or none, is worked out anew', () =>
  collected(({ db }) => {
    const stored = loadProfile(db);
    assert.deepEqual([stored.events, stored.course?.timeline.reads.length], [7, 73]);
    db.exec("DELETE FROM history_meta WHERE name LIKE 'profile%'");
    db.prepare("INSERT INTO history_meta VALUES ('profile', ?)").run('{"events":1}');
    assert.deepEqual(JSON.parse(JSON.stringify(loadProfile(db))), stored);
  }));
