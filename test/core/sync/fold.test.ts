import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PhaseName, RunEvent, RunFact } from '../../../src/core/sync/events.ts';
import { foldRun, RunFold } from '../../../src/core/sync/fold.ts';
import { storedSnapshot } from '../../../src/core/sync/stored-snapshot.ts';

const startMs = 1_700_000_000_000;
const phases: PhaseName[] = ['connect', 'hot', 'snapshot', 'delta', 'verify'];

function start(): RunEvent {
  return {
    atMs: startMs,
    type: 'start',
    runId: 'r',
    command: 'add-replica',
    group: 'shop',
    table: 'items',
    lead: 'a',
    joiner: 'c',
    phases,
  };
}

function at(laterMs: number, fact: RunFact): RunEvent {
  return { atMs: startMs + laterMs, ...fact } as RunEvent;
}

function rows(
  laterMs: number,
  count: number,
  wireBytes: number,
  more: Partial<Extract<RunFact, { type: 'rows' }>> = {},
): RunEvent {
  return at(laterMs, {
    type: 'rows',
    kind: 'snapshot',
    donor: 'a',
    rows: count,
    rawBytes: wireBytes * 3,
    wireBytes,
    ...more,
  });
}

const running = (laterMs: number, phase: PhaseName) =>
  at(laterMs, { type: 'phase', phase, state: 'running' });

function folded(...events: RunEvent[]): RunFold {
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return fold;
}

test('rates are those of the last five seconds and fall while the link is silent', () => {
  const slow = Array.from({ length: 100 }, (_, i) => rows((i + 1) * 100, 10, 1_000));
  const fast = Array.from({ length: 50 }, (_, i) => rows(10_000 + (i + 1) * 100, 100, 10_000));
  const fold = folded(start(), running(0, 'snapshot'), ...slow, ...fast);
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) < expected / 20, `${actual}, not ${expected}`);
  near(fold.snapshot.rowsPerSecond, 1_000);
  near(fold.snapshot.wireBytesPerSecond, 100_000);
  near(fold.at(startMs + 17_500).wireBytesPerSecond, 50_000);
  assert.equal(fold.at(startMs + 25_000).wireBytesPerSecond, 0);
});

test('a rate counts from where its transfer began, not from the start of the run', () => {
  const { wireBytesPerSecond } = folded(
    start(),
    running(60_000, 'hot'),
    rows(61_000, 5, 7_000, { kind: 'hot' }),
  ).snapshot;
  assert.equal(wireBytesPerSecond, 7_000);
});

test('the history has a value a second, the last sixty, oldest first', () => {
  const events = Array.from({ length: 90 }, (_, second) => rows(second * 1_000 + 500, 1, second));
  const fold = folded(start(), ...events);
  assert.deepEqual(folded(start(), ...events.slice(0, 3)).at(startMs + 3_000).rateHistory, [0, 1, 2]);
  assert.deepEqual(
    fold.at(startMs + 90_000).rateHistory,
    Array.from({ length: 60 }, (_, i) => 30 + i),
  );
  assert.deepEqual(fold.at(startMs + 92_000).rateHistory.slice(-3), [89, 0, 0]);
});

test('there is no ETA until some chunks were seen for two seconds; it follows the speed', () => {
  const share = (laterMs: number, value: number) =>
    at(laterMs, { type: 'progress', phase: 'snapshot', share: value });
  const begun = [start(), running(0, 'snapshot')];
  const etaOf = (...events: RunEvent[]) => folded(...begun, ...events).snapshot;
  assert.equal(etaOf(share(9_000, 0.5)).etaMs, undefined, 'one chunk is no speed, however large');
  const quick = [1, 2, 3, 4, 5].map((chunk) => share(chunk * 300, chunk / 10));
  assert.equal(etaOf(...quick).etaMs, undefined, 'that may have been a burst');
  const four = [1, 2, 3, 4].map((chunk) => share(chunk * 1_000, chunk / 100));
  assert.equal(etaOf(...four.slice(0, 3)).etaMs, undefined);
  assert.equal(etaOf(...four).etaMs, 96_000);
  assert.notEqual(etaOf(...four).etaRange, undefined, 'and never without its uncertainty');
  const stalled = folded(...begun, ...four).at(startMs + 8_000);
  assert.equal(stalled.etaMs, 192_000, 'a stall puts the end off');
  const done = at(5_000, { type: 'phase', phase: 'snapshot', state: 'done' });
  assert.equal(etaOf(...four, done).etaMs, undefined);
  const slow = [1, 2, 3, 4].map((chunk) => share(chunk * 60_000, chunk / 100));
  assert.equal(etaOf(...slow).etaMs, 96 * 60_000, 'chunks of a minute each have a speed too');
});

test('an ETA has the range that the speeds of the last half minute give', () => {
  const share = (laterMs: number, value: number) =>
    at(laterMs, { type: 'progress', phase: 'snapshot', share: value });
  const begun = [start(), running(0, 'snapshot')];
  const even = Array.from({ length: 30 }, (_, i) => share((i + 1) * 1000, (i + 1) / 100));
  const { etaMs, etaRange } = folded(...begun, ...even).snapshot;
  assert.deepEqual(
    [etaMs, etaRange?.leastMs, etaRange?.mostMs].map((ms) => Math.round(ms ?? 0)),
    [70_000, 70_000, 70_000],
  );
  // Five seconds at a speed, five at half of it, and so on.
  const uneven = Array.from({ length: 30 }, (_, i) =>
    share(
      (i + 1) * 1000,
      (Math.floor((i + 1) / 10) * 15 + Math.min(10, 2 * ((i + 1) % 10)) / 2 + Math.min(5, (i + 1) % 10)) /
        200,
    ),
  );
  const spread = folded(...begun, ...uneven).snapshot;
  const ms = spread.etaMs ?? 0;
  assert.ok((spread.etaRange?.leastMs ?? 0) < ms * 0.8 && (spread.etaRange?.mostMs ?? 0) > ms * 1.3);
  const stalled = [...even.slice(0, 8), share(30_000, 0.09)];
  const { etaMs: slow = 0, etaRange: wide } = folded(...begun, ...stalled).snapshot;
  assert.ok(
    (wide?.mostMs ?? 0) <= slow * 10 + 1,
    'a stretch in which nothing moved puts no end off for ever',
  );
});

test('a pause takes the ETA away, counts, and its time is not taken for slowness', () => {
  const share = (laterMs: number, value: number) =>
    at(laterMs, { type: 'progress', phase: 'snapshot', share: value });
  const pause = (laterMs: number, isPaused: boolean) => at(laterMs, { type: 'pause', isPaused });
  const evenly = (fromMs: number, from: number) =>
    [1, 2, 3, 4].map((chunk) => share(fromMs + chunk * 1_000, from + chunk / 10));
  const before = [start(), running(0, 'snapshot'), ...evenly(0, 0)];
  const paused = folded(...before, pause(5_000, true), pause(6_000, true));
  const { pausedSinceMs, etaMs, pausedMs } = paused.at(startMs + 60_000);
  assert.deepEqual([pausedSinceMs, etaMs, pausedMs], [startMs + 5_000, undefined, 0]);
  const goesOn = [...before, pause(5_000, true), pause(65_000, false), pause(66_000, false)];
  const after = folded(...goesOn, ...evenly(65_000, 0.4)).snapshot;
  assert.deepEqual([after.pausedSinceMs, after.pausedMs], [undefined, 60_000]);
  assert.equal(Math.round(after.etaMs ?? 0), 2_000);
  const end = at(70_000, { type: 'end', outcome: 'stopped' });
  const stopped = foldRun([...before, pause(5_000, true), end]);
  assert.deepEqual([stopped.pausedSinceMs, stopped.pausedMs], [undefined, 65_000]);
});

test('another limit of the operator takes the old speed away, one that the donor sets does not', () => {
  const limit = (setBy: 'operator' | 'donor', bytesPerSecond: number) =>
    at(4_500, { type: 'limit', limit: { bytesPerSecond, setBy } });
  const before = [
    ...[start(), running(0, 'snapshot')],
    ...[1, 2, 3, 4].map((chunk) =>
      at(chunk * 1_000, { type: 'progress', phase: 'snapshot', share: chunk / 10 }),
    ),
  ];
  assert.equal(folded(...before, limit('operator', 1e6)).snapshot.etaMs, undefined);
  assert.notEqual(folded(...before, limit('donor', 1e6)).snapshot.etaMs, undefined);
});

test('a donor is told with how long it takes for an answer', () => {
  const known = at(0, { type: 'donor', donor: 'a', host: 'h', state: 'ready' });
  const latency = (answerMs: number, writeMs?: number) =>
    at(1_000, { type: 'latency', donor: 'a', answerMs, ...(writeMs === undefined ? {} : { writeMs }) });
  const { donors } = folded(start(), known, latency(30, 4), latency(40)).snapshot;
  assert.deepEqual([donors[0]?.answerMs, donors[0]?.writeMs, donors[0]?.state], [40, 4, 'ready']);
});

test('what an earlier run had done does not make a resumed one look fast', () => {
  const share = (laterMs: number, value: number) =>
    at(laterMs, { type: 'progress', phase: 'snapshot', share: value });
  const begun = [start(), at(0, { type: 'resumed', rows: 10 }), running(0, 'snapshot'), share(0, 0.5)];
  assert.equal(folded(...begun).snapshot.etaMs, undefined);
  const more = [1, 2, 3, 4].map((chunk) => share(chunk * 1_000, 0.5 + chunk / 10));
  assert.equal(Math.round(folded(...begun, ...more).snapshot.etaMs ?? 0), 1_000);
});

test('the plan arrives by keys and by reads; keys without a row count as dealt with', () => {
  const plan: RunFact = {
    type: 'plan',
    keys: 10,
    expectedReads: 200,
    expectedHitRate: 0.8,
    minConfidence: 0.5,
    origin: 'o',
    horizonMs: 1,
  };
  const hot = rows(100, 6, 60, { kind: 'hot', planKeys: 6, missingKeys: 2, expectedReads: 150 });
  const { plan: arrived, phases: shown } = folded(start(), at(0, plan), running(0, 'hot'), hot).snapshot;
  assert.equal(arrived?.arrivedKeys, 6);
  assert.equal(arrived?.missingKeys, 2);
  assert.equal(arrived?.arrivedReads, 150);
  assert.equal(shown.find(({ name }) => name === 'hot')?.share, 0.8);
});

test('phases keep their times, a second time included; the end closes what runs', () => {
  const state = (laterMs: number, phase: PhaseName, to: 'running' | 'done') =>
    at(laterMs, { type: 'phase', phase, state: to });
  const twice = [
    start(),
    state(0, 'delta', 'running'),
    state(10, 'delta', 'done'),
    state(50, 'delta', 'running'),
    state(90, 'delta', 'done'),
  ];
  assert.deepEqual(foldRun(twice).phases[3], {
    name: 'delta',
    state: 'done',
    startedAtMs: startMs + 50,
    endedAtMs: startMs + 90,
    earlierMs: 10,
  });
  const ended = (outcome: 'stopped' | 'failed') =>
    foldRun([start(), running(5, 'hot'), at(20, { type: 'end', outcome, error: 'why' })]);
  assert.deepEqual(ended('failed').phases[1], {
    name: 'hot',
    state: 'failed',
    startedAtMs: startMs + 5,
    endedAtMs: startMs + 20,
  });
  assert.equal(ended('stopped').phases[1]?.state, 'running');
  assert.equal(ended('failed').error, 'why');
});

test('an ended run stands still', () => {
  const fold = folded(start(), rows(1_000, 10, 100), at(2_000, { type: 'end', outcome: 'done' }));
  assert.deepEqual(fold.at(startMs + 60_000), fold.snapshot);
});

test('fifty notes are kept', () => {
  const notes = Array.from({ length: 70 }, (_, i) => at(i, { type: 'note', level: 'info', text: `n${i}` }));
  const kept = foldRun([start(), ...notes]).notes;
  assert.equal(kept.length, 50);
  assert.deepEqual([kept[0]?.text, kept.at(-1)?.text], ['n20', 'n69']);
});

test('the limit in force is known until another takes its place', () => {
  const limit = { bytesPerSecond: 500, setBy: 'donor' } as const;
  const fold = folded(start(), at(1, { type: 'limit', limit }));
  assert.deepEqual(fold.snapshot.limit, limit);
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(fold.snapshot)))?.limit, limit);
  fold.apply(at(2, { type: 'limit', limit: undefined }));
  assert.equal(fold.snapshot.limit, undefined);
});

test('a new start forgets the run before', () => {
  const fold = folded(start(), running(0, 'snapshot'), rows(100, 10, 100), start());
  assert.deepEqual(fold.snapshot, foldRun([start()]));
});

test('rows of all kinds add up to the rows of all donors, and snapshots are not changed later', () => {
  const arrival = fc.record({
    kind: fc.constantFrom(
      'cache' as const,
      'hot' as const,
      'snapshot' as const,
      'delta' as const,
      'repair' as const,
    ),
    donor: fc.constantFrom('a', 'b', '__proto__'),
    rows: fc.nat(1_000),
    rawBytes: fc.nat(9_000),
    wireBytes: fc.nat(9_000),
    pauseMs: fc.nat(3_000),
  });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      let laterMs = 0;
      const fold = folded(start());
      const before = fold.snapshot;
      const copy = structuredClone(before);
      for (const { pauseMs, ...fact } of arrivals) {
        laterMs += pauseMs;
        fold.apply(at(laterMs, { type: 'rows', ...fact }));
      }
      const { byKind, donors, rateHistory } = fold.snapshot;
      for (const figure of ['rows', 'rawBytes', 'wireBytes'] as const) {
        const sum = (counts: { rows: number; rawBytes: number; wireBytes: number }[]) =>
          counts.reduce((all, count) => all + count[figure], 0);
        const expected = sum(arrivals);
        assert.equal(sum(Object.values(byKind)), expected);
        assert.equal(sum(donors), expected);
      }
      assert.equal(rateHistory.length, Math.min(60, Math.floor(laterMs / 1_000)));
      assert.deepEqual(before, copy);
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('the Delta Log is told with its growth and the time until its budget is full', () => {
  const log = (laterMs: number, keys: number) => at(laterMs, { type: 'delta-log', keys, budgetKeys: 10_000 });
  const fold = folded(start(), log(0, 0));
  assert.deepEqual(fold.snapshot.deltaLog, {
    keys: 0,
    mostKeys: 0,
    budgetKeys: 10_000,
    keysPerSecond: undefined,
    fullInMs: undefined,
  });
  fold.apply(log(2000, 2000));
  assert.deepEqual(fold.snapshot.deltaLog, {
    keys: 2000,
    mostKeys: 2000,
    budgetKeys: 10_000,
    keysPerSecond: 1000,
    fullInMs: 8000,
  });
  fold.apply({ ...start(), atMs: startMs + 5000 });
  assert.equal(fold.snapshot.deltaLog, undefined);
});

test('a snapshot that was kept is read back with its Delta Log', () => {
  const log = (laterMs: number, keys: number) => at(laterMs, { type: 'delta-log', keys, budgetKeys: 10_000 });
  const { snapshot } = folded(start(), log(0, 0), log(2000, 2000));
  assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(snapshot))), snapshot);
});

test('what a run costs and was to be like: agents, writes at donors, the clock of the joiner, its promise, its log', () => {
  const fold = new RunFold();
  fold.apply(start());
  for (const writeMs of [...Array.from({ length: 98 }, () => 2), 40, 400])
    fold.apply(at(1, { type: 'latency', donor: 'us-east', answerMs: 1, writeMs }));
  fold.apply(at(2, { type: 'cost', donor: 'us-east', cpuMs: 1500, peakBytes: 90_000_000 }));
  fold.apply(at(3, { type: 'clock', aheadMs: -4000, withinMs: 20 }));
  const promise = { inSync: { leastMs: 9000, mostMs: 12_000 }, from: 'runs', runs: 2 } as const;
  fold.apply(at(4, { type: 'promise', ...promise }));
  const log = { host: 'ops@eu-west', file: '/srv/reads.jsonl' };
  fold.apply(at(5, { type: 'serving', address: '127.0.0.1:80', log }));
  fold.apply(at(6, { type: 'delta-log', keys: 7, budgetKeys: 10 }));
  fold.apply(at(7, { type: 'delta-log', keys: 3, budgetKeys: 10 }));
  const { donors, joinerClock, promise: made, serving, deltaLog } = fold.snapshot;
  const [donor] = donors;
  assert.deepEqual([donor?.cpuMs, donor?.peakBytes, donor?.writes?.count], [1500, 90_000_000, 100]);
  assert.equal(donor?.writes?.maxMs, 400);
  assert.ok(Math.abs((donor?.writes?.medianMs ?? 0) - 2) < 0.11, 'by bins of five per cent');
  assert.ok(Math.abs((donor?.writes?.p99Ms ?? 0) - 40) < 2.1);
  assert.deepEqual(joinerClock, { aheadMs: -4000, withinMs: 20 });
  assert.deepEqual(made, promise);
  const sinceMs = at(5, { type: 'hot-ready' }).atMs;
  assert.deepEqual(serving, {
    address: '127.0.0.1:80',
    sinceMs,
    reads: 0,
    hits: 0,
    keysUnderWay: 0,
    notLogged: 0,
    log,
  });
  assert.equal(deltaLog?.mostKeys, 7);
  const kept = storedSnapshot(JSON.parse(JSON.stringify(fold.snapshot)));
  assert.deepEqual(JSON.parse(JSON.stringify(kept)), JSON.parse(JSON.stringify(fold.snapshot)));
});
