import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryWindow } from '../../../src/core/sync/delivery-window.ts';

/** A link that takes `chunkMs` for a delivery, after `delayMs`; gives the sizes that the window comes to, and how long deliveries take beyond that then. */
function settled({ chunkMs, delayMs }: { chunkMs: number; delayMs: number }) {
  const window = new DeliveryWindow();
  const sizes: number[] = [];
  let overMs = 0;
  for (let n = 0; n < 500; n++) {
    // What fills the link queues before it.
    overMs = chunkMs + Math.max(0, (window.size - 1) * chunkMs - delayMs);
    window.delivered(overMs);
    if (n >= 400) sizes.push(window.size);
  }
  return { least: Math.min(...sizes), most: Math.max(...sizes) };
}

test('so many deliveries are under way as fill a link, and few that wait before it', () => {
  assert.deepEqual(settled({ chunkMs: 40, delayMs: 5 }), { least: 4, most: 4 });
  const near = settled({ chunkMs: 4, delayMs: 0 });
  assert.ok(near.least >= 4 && near.most <= 5, JSON.stringify(near));
  const usual = settled({ chunkMs: 4, delayMs: 20 });
  assert.ok(usual.least >= 6 && usual.most <= 10, JSON.stringify(usual));
  assert.deepEqual(settled({ chunkMs: 2, delayMs: 200 }), { least: 16, most: 16 });
});

test('a joiner that stands still for a moment has fewer under way at once, and soon as many again', () => {
  const window = new DeliveryWindow();
  const all = (overMs: number, times: number) => {
    for (let n = 0; n < times; n++) window.delivered(overMs);
  };
  all(1, 300);
  assert.equal(window.size, 16);
  all(200, 16);
  assert.ok(window.size <= 8);
  all(1, 300);
  assert.equal(window.size, 16);
});
