import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { StallWatch } from '../../../src/core/agent/stall-watch.ts';
import type { TestContext } from '../../support/tables.ts';

/** A watch over a peer that the test moves, in a time that the test makes pass. */
function watched(t: TestContext, isDue: boolean) {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  const now = mock.method(performance, 'now', () => nowMs);
  const peer = { isDue, progress: 0, stalls: 0 };
  const watch = new StallWatch(
    { isDue: () => peer.isDue, progress: () => peer.progress },
    800,
    () => peer.stalls++,
  );
  t.after(() => {
    watch.end();
    now.mock.restore();
    mock.timers.reset();
  });
  const pass = (ms: number) => {
    for (const endMs = nowMs + ms; nowMs < endMs; ) {
      nowMs += 100;
      mock.timers.tick(100);
    }
  };
  return { peer, watch, pass };
}

test('an answer that is due while nothing moves is a stall, told once', (t) => {
  const { peer, pass } = watched(t, true);
  pass(700);
  assert.equal(peer.stalls, 0);
  pass(200);
  assert.equal(peer.stalls, 1);
  pass(5000);
  assert.equal(peer.stalls, 1);
});

test('whatever moves, even a byte of another answer, begins the time anew', (t) => {
  const { peer, pass } = watched(t, true);
  for (let i = 0; i < 10; i++) {
    pass(700);
    peer.progress++;
  }
  assert.equal(peer.stalls, 0);
  pass(1000);
  assert.equal(peer.stalls, 1);
});

test('where no answer is due nothing stalls, and that time does not count for what is due after it', (t) => {
  const { peer, pass } = watched(t, false);
  pass(5000);
  assert.equal(peer.stalls, 0);
  peer.isDue = true;
  pass(700);
  assert.equal(peer.stalls, 0);
  pass(200);
  assert.equal(peer.stalls, 1);
});

test('after its end it tells nothing', (t) => {
  const { peer, watch, pass } = watched(t, true);
  pass(400);
  watch.end();
  watch.end();
  pass(5000);
  assert.equal(peer.stalls, 0);
});
