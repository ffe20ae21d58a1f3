import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { parseColumns } from '../../../src/core/access-log/columns.ts';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { RowAccesses } from '../../../src/core/history/segments/row-accesses.ts';
import { RowCursor } from '../../../src/core/history/segments/segment.ts';
import { listRuns, RunSource, type StoredRun } from '../../../src/core/history/segments/stored-runs.ts';
import { loadSketch } from '../../../src/core/history/sketch/stored-sketch.ts';
import { loadProfile } from '../../../src/core/history/traffic-profile.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-incremental-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const t0 = Date.UTC(2022, 0, 1);
const dayMs = 86_400_000;

interface Event {
  timeMs: number;
  key: string;
  isWrite: boolean;
  replica: string;
}

function anyEvents(spanMs: number): fc.Arbitrary<Event[]> {
  const event = fc.record({
    timeMs: fc.nat(spanMs).map((ms) => t0 + ms),
    key: fc.nat(60).map((n) => `k${n}`),
    isWrite: fc.boolean(),
    replica: fc.constantFrom('east', 'west', 'north'),
  });
  return fc.array(event, { minLength: 1, maxLength: 150 });
}

/** Stores the events in one run for each of `parts`, and asks what the history holds. */
async function stored<T>(parts: Event[][], ask: (state: StateFile) => T): Promise<T> {
  const state = openState(path.join(folder, `state${++files}.db`));
  try {
    // Replicas are numbered as they come.
    const order = ['east', 'west', 'north'];
    for (const events of parts) {
      const inputs = order.map((replica) => {
        const log = path.join(folder, `log${++files}`);
        const lines = events
          .filter((event) => event.replica === replica)
          .map(({ timeMs, key, isWrite }) => `${timeMs},${isWrite ? 'write' : 'read'},${key}\n`);
        writeFileSync(log, `time,op,key\n${lines.join('')}`);
        return { path: log, replica };
      });
      await ingestLogs(state, inputs, { threads: 0 });
    }
    return ask(state);
  } finally {
    state.close();
  }
}

function cut<T>(items: T[], lengths: number[]): T[][] {
  const parts: T[][] = [];
  let from = 0;
  for (const length of lengths) {
    parts.push(items.slice(from, from + length));
    from += length;
  }
  return [...parts, items.slice(from)];
}

test('runs one after the other, large and small, give the keys and the figures of one run over everything', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyEvents(20 * dayMs),
      fc.array(fc.nat(60), { minLength: 1, maxLength: 5 }),
      async (events, lengths) => {
        const all = (state: StateFile) => [[...openHistory(state).series()], loadProfile(state.db)];
        const inOrder = ['east', 'west', 'north'].filter((replica) =>
          events.some((e) => e.replica === replica),
        );
        // Each replica is there from the first run on, so that both ways number them alike.
        const first = inOrder.map((replica) => events.find((event) => event.replica === replica) as Event);
        const rest = events.filter((event) => !first.includes(event));
        assert.deepEqual(
          await stored([first, ...cut(rest, lengths)], all),
          await stored([[...first, ...rest]], all),
        );
      },
    ),
    { seed: 21, numRuns: 40 },
  );
});

test('a history of two years keeps every access, the outer times, and the daily cycle', async () => {
  // Office hours: every key once on most days, between 8 and 16.
  const events = Array.from({ length: 20_000 }, (_, i) => {
    const day = Math.floor((i * 7919) % 730);
    const hour = 8 + ((i * 31) % 8);
    const timeMs = t0 + day * dayMs + hour * 3_600_000 + ((i * 104_729) % 3_600_000);
    return { timeMs, key: `k${i % 50}`, isWrite: i % 9 === 0, replica: 'east' };
  });
  const parts = [
    events.slice(0, 100),
    events.slice(100, 15_000),
    events.slice(15_000, 15_010),
    events.slice(15_010),
  ];
  for (const runs of [[events], parts]) {
    const series = await stored(runs, (state) => [...openHistory(state).series()]);
    assert.equal(series.length, 50);
    const hours = new Array<number>(24).fill(0);
    for (const { key, buckets, reads, writes, firstMs, lastMs } of series) {
      const own = events.filter((event) => event.key === key);
      const sum = (counts: Uint32Array) => counts.reduce((total, value) => total + value, 0);
      assert.deepEqual(
        [sum(reads), sum(writes)],
        [own.filter(({ isWrite }) => !isWrite).length, own.filter(({ isWrite }) => isWrite).length],
      );
      const times = own.map(({ timeMs }) => timeMs);
      assert.deepEqual([firstMs, lastMs], [Math.min(...times), Math.max(...times)]);
      assert.deepEqual(
        [...buckets],
        [...new Set(buckets)].sort((a, b) => a - b),
      );
      buckets.forEach((bucket, i) => {
        const hour = Math.floor(bucket / 60) % 24;
        hours[hour] = (hours[hour] as number) + (reads[i] as number) + (writes[i] as number);
      });
      // The last month is known by the minute.
      const recent = own.filter(({ timeMs }) => timeMs >= t0 + 701 * dayMs);
      const minutes = [...new Set(recent.map(({ timeMs }) => Math.floor(timeMs / 60_000)))].sort(
        (a, b) => a - b,
      );
      assert.deepEqual(
        [...buckets].filter((bucket) => bucket * 60_000 >= t0 + 701 * dayMs),
        minutes,
      );
    }
    assert.deepEqual(
      hours.map((accesses) => accesses > 0),
      hours.map((_, hour) => hour >= 8 && hour < 16),
    );
    for (let hour = 8; hour < 16; hour++)
      assert.ok(Math.abs((hours[hour] as number) - 2500) < 250, `${hours}`);
  }
});

test('keys beyond the limit are folded into a sketch, the coldest first, and no access is lost', async () => {
  await fc.assert(
    fc.asyncProperty(anyEvents(3 * dayMs), fc.integer({ min: 5, max: 40 }), async (events, maxKeys) => {
      const threads = maxKeys % 8 === 0 ? 2 : 0;
      const state = openState(path.join(folder, `state${++files}.db`));
      try {
        const log = path.join(folder, `log${++files}`);
        writeFileSync(
          log,
          events
            .map(({ timeMs, key, isWrite }) => `${timeMs},${isWrite ? 'write' : 'read'},${key}\n`)
            .join(''),
        );
        await ingestLogs(state, [{ path: log, replica: 'east' }], {
          columns: parseColumns('time,op,key'),
          maxKeys,
          threads,
          inlineBytes: 1,
          blockBytes: 100,
        });
        const kept = [...openHistory(state).series()];
        const profile = loadProfile(state.db);
        const sketch = loadSketch(state.db, 1);
        const keys = new Set(events.map(({ key }) => key));
        assert.deepEqual([profile.events, profile.keys], [events.length, kept.length]);
        assert.equal(kept.length, keys.size <= maxKeys * 1.25 ? keys.size : Math.min(kept.length, maxKeys));
        const folded = [...keys].filter((key) => !kept.some((other) => other.key === key));
        assert.equal(sketch?.keys.keys ?? 0, folded.length);
        assert.equal(profile.coldKeys, folded.length);
        const own = (key: string) => events.filter((event) => event.key === key);
        const readsOf = (key: string) => own(key).filter(({ isWrite }) => !isWrite).length;
        assert.equal(
          sketch?.reads ?? 0,
          folded.reduce((sum, key) => sum + readsOf(key), 0),
        );
        for (const key of folded) assert.ok((sketch?.keyReads.atMost(Buffer.from(key)) ?? 0) >= readsOf(key));
        const lastHour = (key: string) =>
          Math.max(...own(key).map(({ timeMs }) => Math.floor(timeMs / 3_600_000)));
        const coldest = Math.min(...kept.map(({ key }) => lastHour(key)));
        for (const key of folded) assert.ok(lastHour(key) <= coldest);
      } finally {
        state.close();
      }
    }),
    { seed: 22, numRuns: 40 },
  );
});

test('of two runs over the same log at the same time one is kept, and the other says so', async () => {
  const file = path.join(folder, `state${++files}.db`);
  const [a, b] = [openState(file), openState(file)];
  try {
    const log = path.join(folder, `log${++files}`);
    writeFileSync(log, Array.from({ length: 1000 }, (_, i) => `${t0 + i},read,k${i % 9}\n`).join(''));
    const inputs = [{ path: log, replica: 'east' }];
    const ended = await Promise.allSettled([ingestLogs(a, inputs, {}), ingestLogs(b, inputs, {})]);
    const failed = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
    assert.deepEqual(failed, ['history-changed']);
    assert.equal(openHistory(a).summary().events, 1000);
    const again = await ingestLogs(b, inputs, {});
    assert.deepEqual([again.files[0]?.state, again.profile?.events], ['unchanged', 1000]);
  } finally {
    a.close();
    b.close();
  }
});

test('after a hundred small runs there are few stored ones, and old accesses are kept by hours and days', async () => {
  const state = openState(path.join(folder, `state${++files}.db`));
  try {
    const log = path.join(folder, `log${++files}`);
    writeFileSync(log, 'time,op,key\n');
    // A key that is accessed every hour of two years.
    for (let run = 0; run < 100; run++) {
      const lines = Array.from(
        { length: 175 },
        (_, i) => `${t0 + (run * 175 + i) * 3_600_000 + i},read,k${i % 3}\n`,
      );
      appendFileSync(log, lines.join(''));
      await ingestLogs(state, [{ path: log, replica: 'east' }], { threads: 0 });
    }
    const runs = listRuns(state.db);
    assert.ok(runs.length <= 8, `${runs.length} runs`);
    assert.equal(loadProfile(state.db).events, 17_500);
    const oldest = runs[0] as StoredRun;
    assert.ok(oldest.coarse.days > 0 && oldest.coarse.hours > oldest.coarse.days);
    const cursor = new RowCursor(new RunSource(state.db, oldest));
    const row = new RowAccesses();
    for (cursor.advance(); !cursor.isAtEnd; cursor.advance()) {
      cursor.unpack(row, 60_000);
      const stored = [...row.buckets.subarray(0, row.length)];
      assert.ok(
        stored.filter((bucket) => bucket < oldest.coarse.days).every((bucket) => bucket % 1440 === 0),
      );
      const byHours = stored.filter((bucket) => bucket >= oldest.coarse.days && bucket < oldest.coarse.hours);
      assert.ok(byHours.every((bucket) => bucket % 60 === 0));
    }
  } finally {
    state.close();
  }
});

test('in one hour after the other, no more keys are kept than are to be', async () => {
  const state = openState(path.join(folder, `state${++files}.db`));
  try {
    for (let run = 0; run < 6; run++) {
      const log = path.join(folder, `log${++files}`);
      writeFileSync(log, Array.from({ length: 600 }, (_, i) => `${t0 + i},read,r${run}-${i}\n`).join(''));
      const maxKeys = 1000;
      await ingestLogs(state, [{ path: log, replica: 'east' }], { threads: 0, maxKeys });
      const { keys } = loadProfile(state.db);
      assert.ok(keys <= maxKeys * 1.25, `${keys} keys after run ${run}`);
      assert.ok(keys >= Math.min(600 * (run + 1), maxKeys * 0.85), `${keys} keys after run ${run}`);
    }
  } finally {
    state.close();
  }
});

test('a few events of another year make nothing else coarse', async () => {
  const events = Array.from({ length: 5000 }, (_, i) => ({
    timeMs: t0 + i * 60_000,
    key: `k${i % 3}`,
    isWrite: false,
    replica: 'east',
  }));
  const stray = { timeMs: t0 + 900 * dayMs, key: 'stray', isWrite: false, replica: 'east' };
  const [alone, beside] = await Promise.all(
    [[events], [[...events, stray]]].map((runs) => stored(runs, (state) => [...openHistory(state).series()])),
  );
  assert.deepEqual(
    beside?.filter(({ key }) => key !== 'stray'),
    alone,
  );
});

test('a merge that another process commits changes nothing for who reads already', async () => {
  const file = path.join(folder, `state${++files}.db`);
  const [reader, writer] = [openState(file), openState(file)];
  try {
    const log = path.join(folder, `log${++files}`);
    writeFileSync(log, Array.from({ length: 9000 }, (_, i) => `${t0 + i},read,a${i}\n`).join(''));
    const inputs = [{ path: log, replica: 'east' }];
    await ingestLogs(writer, inputs, { threads: 0 });
    const keys: string[] = [];
    for (const { key } of openHistory(reader).series()) {
      if (keys.push(key) !== 3) continue;
      appendFileSync(log, Array.from({ length: 9000 }, (_, i) => `${t0 + i},read,b${i}\n`).join(''));
      await ingestLogs(writer, inputs, { threads: 0 });
    }
    assert.equal(keys.length, 9000);
    assert.ok(keys.every((key) => key.startsWith('a')));
    assert.equal([...openHistory(reader).series()].length, 18_000);
  } finally {
    reader.close();
    writer.close();
  }
});

test('a run over one replica is not disturbed by what is stored of another', async () => {
  const file = path.join(folder, `state${++files}.db`);
  const [a, b] = [openState(file), openState(file)];
  try {
    const log = path.join(folder, `log${++files}`);
    writeFileSync(log, `${t0},read,k\n${t0},read,l\n`);
    const ended = await Promise.allSettled(
      [a, b].map((state, i) => ingestLogs(state, [{ path: log, replica: `r${i}` }], { threads: 0 })),
    );
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    assert.equal(openHistory(a).summary().events, 4);
  } finally {
    a.close();
    b.close();
  }
});
