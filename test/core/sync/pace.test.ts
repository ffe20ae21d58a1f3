import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Wait } from '../../../src/core/clock.ts';
import { Pace } from '../../../src/core/sync/pace.ts';

const never = new AbortController().signal;

/** A clock that only waiting moves. */
function standing() {
  const clock = { ms: 1e12, nowMs: () => clock.ms };
  const wait: Wait = async (ms, signal) => {
    if (!signal.aborted) clock.ms += ms;
  };
  return { clock, wait };
}

test('over some seconds the bytes keep to the limit, however many chunks are asked for ahead', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1 << 16, max: 1 << 24 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.integer({ min: 0, max: 1 << 20 }), { minLength: 50, maxLength: 100 }),
      async (limit, depth, sizes) => {
        const { clock, wait } = standing();
        const pace = new Pace(limit, clock, wait);
        const startMs = clock.ms;
        let sent = 0;
        const underWay: number[] = [];
        for (const size of sizes) {
          await pace.turn(never);
          underWay.push(size);
          if (underWay.length < depth) continue;
          const done = underWay.shift() ?? 0;
          pace.sent(done);
          sent += done;
        }
        const seconds = (clock.ms - startMs) / 1000;
        const slack = (depth + 1) * (1 << 20);
        assert.ok(sent <= limit * seconds + slack, `${sent} bytes in ${seconds} s at ${limit}`);
        assert.ok(sent >= limit * seconds - slack, `${sent} bytes in ${seconds} s at ${limit}`);
      },
    ),
    { seed: 3 },
  );
});

test('small rounds between chunks that are under way leave the limit as it is', async () => {
  const { clock, wait } = standing();
  const [limit, chunk, round] = [500_000, 131_072, 100];
  const pace = new Pace(limit, clock, wait);
  const startMs = clock.ms;
  await pace.turn(never);
  const periods = 300;
  for (let n = 0; n < periods; n++) {
    pace.sent(round);
    await pace.turn(never);
    await pace.turn(never);
    pace.sent(chunk);
    await pace.turn(never);
    pace.sent(chunk);
  }
  const perSecond = (periods * (2 * chunk + round)) / ((clock.ms - startMs) / 1000);
  assert.ok(Math.abs(perSecond / limit - 1) < 0.02, `${perSecond} bytes a second at ${limit}`);
});

test('without a limit nobody waits', async () => {
  const pace = new Pace(undefined, { nowMs: () => 0 }, async () => assert.fail('waited'));
  for (let i = 0; i < 100; i++) {
    await pace.turn(never);
    pace.sent(1e9);
  }
});

test('a limit that changes frees who waits under the old one', async () => {
  let waits = 0;
  const pace = new Pace(1, { nowMs: () => 0 }, (_, signal) => {
    waits++;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  await pace.turn(never);
  const second = pace.turn(never);
  await new Promise(setImmediate);
  assert.equal(waits, 1);
  pace.limitTo(undefined);
  await second;
});

test('chunks are about a second of the limit, within bounds', () => {
  const at = (limit: number | undefined) =>
    new Pace(limit, { nowMs: () => 0 }, async () => undefined).chunkBytes;
  assert.deepEqual([at(undefined), at(1), at(1e6), at(1e9)], [4 << 20, 1 << 16, 1e6, 4 << 20]);
  assert.equal(at(123_456.7), 123_456, 'whole bytes, as the protocol wants them');
});

test('the lower limit is in force, and says who set it', () => {
  const pace = new Pace(500, { nowMs: () => 0 }, async () => undefined);
  pace.spareDonor(600);
  assert.deepEqual(pace.limit, { bytesPerSecond: 500, setBy: 'operator' });
  pace.spareDonor(400);
  assert.deepEqual(pace.limit, { bytesPerSecond: 400, setBy: 'donor' });
  pace.limitTo(undefined);
  pace.spareDonor(undefined);
  assert.equal(pace.limit, undefined);
});

test('while it is paused nobody gets a turn; going on serves them in their order, and a stop frees them', async () => {
  const wait: Wait = (_, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  const pace = new Pace(undefined, { nowMs: () => 0 }, wait);
  const stop = new AbortController();
  const served: string[] = [];
  const come = (name: string, turn: Promise<void>) => turn.then(() => served.push(name));
  pace.pause(true);
  assert.equal(pace.isPaused, true);
  const first = [
    come('chunk', pace.turn(never)),
    come('digest', pace.unpaused(never)),
    come('round', pace.turn(never)),
  ];
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(served, []);
  pace.limitTo(1e9);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(served, [], 'another limit is no word to go on');
  pace.limitTo(undefined);
  pace.pause(false);
  await Promise.all(first);
  assert.deepEqual(served, ['chunk', 'digest', 'round']);
  pace.pause(true);
  const second = [pace.turn(stop.signal), pace.unpaused(stop.signal)];
  stop.abort();
  await Promise.all(second);
});

test('what could not wait for a turn is paid back by the next chunks', async () => {
  const { clock, wait } = standing();
  const pace = new Pace(1000, clock, wait);
  const startMs = clock.ms;
  pace.sentAtOnce(5000);
  assert.equal(clock.ms, startMs);
  await pace.turn(never);
  assert.equal(clock.ms, startMs + 5000);
});
