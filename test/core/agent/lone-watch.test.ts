import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { LoneWatch } from '../../../src/core/agent/lone-watch.ts';
import { serve } from '../../../src/core/agent/serve.ts';
import { FrameWriter } from '../../../src/core/transport/frames.ts';

test('an agent that hears nothing any longer ends, and says why', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = serve(input, output, { loneMs: 20 });
  await new FrameWriter(input).write({ header: { n: 0, type: 'agent.ping', params: {}, sizes: [] } });
  await once(output, 'data');
  await assert.rejects(served, { kind: 'unreachable', code: 'operator-lost' });
});

test('what came while a handler kept the thread counts', async () => {
  let lone = 0;
  const input = new PassThrough();
  const watch = new LoneWatch(
    20,
    () => false,
    () => lone++,
  );
  input.on('data', () => watch.hear());
  const untilMs = performance.now() + 60;
  while (performance.now() < untilMs);
  // Due to be read in the turn in which the timer is due as well.
  setImmediate(() => input.write('x'));
  await once(input, 'data');
  await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  watch.end();
  assert.equal(lone, 0);
});

test('who does not listen because there is enough to do is not alone', async () => {
  let isCatchingUp = true;
  const asked: boolean[] = [];
  await new Promise<void>((resolve) => {
    const watch = new LoneWatch(
      5,
      () => {
        asked.push(isCatchingUp);
        if (asked.length === 2) isCatchingUp = false;
        return asked.at(-1) as boolean;
      },
      () => {
        watch.end();
        resolve();
      },
    );
  });
  assert.deepEqual(asked, [true, true, false]);
});
