import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpausedTimeout } from '../../../src/core/sync/unpaused-timeout.ts';

/** Time that passes as it is waited for; `at` is asked before each wait. */
function passing(at: (nowMs: number) => void) {
  const time = { nowMs: 0 };
  const wait = async (ms: number, signal: AbortSignal) => {
    if (signal.aborted) return;
    at(time.nowMs);
    time.nowMs += ms;
  };
  return { time, wait };
}

test('a timeout trips after its time, pauses apart', async () => {
  for (const pausedMs of [0, 60_000]) {
    const pace = { isPaused: false };
    const { time, wait } = passing((nowMs) => {
      pace.isPaused = nowMs >= 1_000 && nowMs < 1_000 + pausedMs;
    });
    const { signal } = unpausedTimeout(5_200, { pace, wait });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    assert.equal(time.nowMs, 5_200 + pausedMs);
  }
});

test('one that has ended trips no more', async () => {
  let waits = 0;
  const timeout = unpausedTimeout(60_000, {
    pace: { isPaused: false },
    wait: async (_, signal) => {
      waits++;
      if (waits === 3) timeout.end();
      assert.ok(waits <= 3 || signal.aborted);
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([timeout.signal.aborted, waits], [false, 3]);
});
