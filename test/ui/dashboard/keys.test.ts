import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { firstFace, type KeyContext, press, type Wish } from '../../../src/ui/dashboard/keys.ts';
import { faster, slower } from '../../../src/ui/dashboard/limit-steps.ts';
import { recordedRun } from '../recorded-run.ts';

const run = foldRun(recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }).slice(0, -1));
const context: KeyContext = { run, canSteer: true, isStopping: false, logRows: 10, lastFrom: 40 };

/** What is shown after some keys, and what was asked for. */
function pressAll(keys: readonly string[], more: Partial<KeyContext> = {}) {
  let face = firstFace;
  const wishes: Wish[] = [];
  for (const key of keys) {
    const pressed = press(key, face, { ...context, ...more });
    face = pressed.face;
    if (pressed.wish) wishes.push(pressed.wish);
  }
  return { face, wishes };
}

test('help, log and question open and close by their own keys and by escape', () => {
  for (const [key, page] of [
    ['?', 'help'],
    ['l', 'log'],
    ['q', 'quit'],
  ] as const) {
    assert.equal(pressAll([key]).face.page, page);
    assert.equal(pressAll([key, 'escape']).face.page, 'run');
    assert.equal(pressAll([key, key]).face.page, 'run');
  }
  assert.equal(pressAll(['l', '?', 'q']).face.page, 'run', 'q leaves a page before it asks');
});

test('only a y to the question stops the run; ctrl-C needs none', () => {
  assert.deepEqual(pressAll(['q', 'x', 'p', 'enter']).wishes, []);
  assert.deepEqual(pressAll(['q', 'enter']).face.page, 'run');
  assert.deepEqual(pressAll(['q', 'y']), { face: firstFace, wishes: [{ type: 'stop' }] });
  assert.deepEqual(pressAll(['q', 'ctrl-c']).wishes, [{ type: 'stop' }]);
  assert.deepEqual(pressAll(['y']).wishes, []);
  assert.equal(pressAll(['q'], { isStopping: true }).face.page, 'run', 'nothing is left to ask');
});

test('p pauses and lets go on, and nothing is steered that cannot be, or is stopping', () => {
  const paused = { ...run, pausedSinceMs: 1 };
  assert.deepEqual(pressAll(['p']).wishes, [{ type: 'pause', isPaused: true }]);
  assert.deepEqual(pressAll(['p'], { run: paused }).wishes, [{ type: 'pause', isPaused: false }]);
  for (const more of [{ canSteer: false }, { isStopping: true }])
    assert.deepEqual(pressAll(['p', '+', '-'], more).wishes, []);
});

test('limits go by powers of two, from what is sent now, until none binds any more', () => {
  const sent = (wireBytesPerSecond: number, limit?: number) => ({
    ...{ wireBytesPerSecond, rateHistory: [wireBytesPerSecond / 2] },
    limit: limit === undefined ? undefined : { bytesPerSecond: limit, setBy: 'operator' as const },
  });
  const mib = 1024 ** 2;
  assert.equal(slower(sent(5 * mib)), 4 * mib);
  assert.equal(slower(sent(0)), 8 * mib);
  assert.equal(slower(sent(5 * mib, 4 * mib)), 2 * mib);
  assert.equal(slower(sent(mib, 100 * 1024)), 64 * 1024);
  for (const least of [64 * 1024, 20 * 1024, 100])
    assert.equal(slower(sent(100, least)), undefined, 'a lower limit is never a higher one');
  assert.equal(faster(sent(mib, mib)), 2 * mib);
  assert.equal(faster(sent(90, 100)), 64 * 1024);
  assert.equal(faster(sent(mib, 4 * mib)), undefined);
  assert.equal(faster(sent(mib)), undefined);
});

test('where the limit is as low as keys go, - says so and leaves it', () => {
  const limited = { ...run, limit: { bytesPerSecond: 20 * 1024, setBy: 'operator' as const } };
  const text = "Sends no more than 20.0 KiB/s already: - goes no lower, 'foresync throttle' does.";
  assert.deepEqual(pressAll(['-'], { run: limited }).wishes, [{ type: 'say', text }]);
});

test('however the log is scrolled, what is shown lies in it', () => {
  const keys = fc.constantFrom(
    'up',
    'down',
    'pageup',
    'pagedown',
    'home',
    'end',
    'k',
    'j',
    ' ',
    'b',
    'g',
    'G',
  );
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 60 }), (pressed) => {
      const { logFrom } = pressAll(['l', ...pressed]).face;
      assert.ok(logFrom === 'end' || (logFrom >= 0 && logFrom < context.lastFrom), `${logFrom}`);
    }),
    { seed: 5 },
  );
  assert.equal(pressAll(['l', 'up', 'pageup']).face.logFrom, 29);
  assert.equal(pressAll(['l', 'home', 'down']).face.logFrom, 1);
  assert.equal(pressAll(['l', 'up', 'down']).face.logFrom, 'end', 'and follows again');
});
