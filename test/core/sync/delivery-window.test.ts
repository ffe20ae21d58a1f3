import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryWindow } from '../../../src/core/sync/delivery-window.ts';

interface Link {
  /** What one delivery keeps the link busy for, one after the other. */
  chunkMs: number;
  /** There and back. */
  delayMs: number;
}

/**
 * Plays deliveries over a link until `untilMs`, always as many as the window allows; what the window comes to, how long each delivery took, and how many arrived,
 * of the last half.
 */
function played(window: DeliveryWindow, { chunkMs, delayMs }: Link, fromMs: number, untilMs: number) {
  const underWay: { departure: ReturnType<DeliveryWindow['departs']>; arrivesMs: number }[] = [];
  const sizes: number[] = [];
  const tookMs: number[] = [];
  let arrived = 0;
  let freeMs = fromMs;
  for (let nowMs = fromMs; nowMs < untilMs; ) {
    while (underWay.length < window.size) {
      freeMs = Math.max(freeMs, nowMs) + chunkMs;
      underWay.push({ departure: window.departs(nowMs), arrivesMs: freeMs + delayMs });
    }
    const [next] = underWay.splice(0, 1);
    assert.ok(next);
    nowMs = next.arrivesMs;
    window.arrives(next.departure, nowMs, delayMs);
    if (nowMs < (fromMs + untilMs) / 2) continue;
    arrived++;
    sizes.push(window.size);
    tookMs.push(nowMs - next.departure.atMs);
  }
  const perSecond = arrived / ((untilMs - fromMs) / 2000);
  return { least: Math.min(...sizes), most: Math.max(...sizes), slowestMs: Math.max(...tookMs), perSecond };
}

const links: Record<string, Link> = {
  'near and fast': { chunkMs: 4, delayMs: 1 },
  'as far as another region': { chunkMs: 2.5, delayMs: 100 },
  'far and slow': { chunkMs: 24, delayMs: 100 },
  'at the next town': { chunkMs: 2.5, delayMs: 20 },
};
for (const [name, link] of Object.entries(links))
  test(`so many deliveries are under way as fill a link, and few that wait before it: ${name}`, () => {
    const { perSecond, slowestMs } = played(new DeliveryWindow(), link, 0, 10_000);
    assert.ok(perSecond > 0.9 * (1000 / link.chunkMs), `${perSecond} a second`);
    const leastMs = link.delayMs + 4 * link.chunkMs;
    assert.ok(slowestMs <= Math.max(leastMs, link.delayMs + 45), `${slowestMs} ms`);
  });

test('it follows a link that becomes slower, and one that becomes faster', () => {
  const window = new DeliveryWindow();
  const fast = played(window, { chunkMs: 2.5, delayMs: 100 }, 0, 10_000);
  const slow = played(window, { chunkMs: 25, delayMs: 100 }, 10_000, 20_000);
  const again = played(window, { chunkMs: 2.5, delayMs: 100 }, 20_000, 30_000);
  assert.ok(slow.most <= 7 && fast.least >= 35 && again.least >= 35, JSON.stringify({ fast, slow, again }));
});

test('where all takes long because a host is busy, the window stays what the rate fills', () => {
  const window = new DeliveryWindow();
  const busy = played(window, { chunkMs: 60, delayMs: 1 }, 0, 10_000);
  assert.ok(busy.most <= 3 && busy.perSecond > 15, JSON.stringify(busy));
});

test('deliveries that did not fill it tell nothing of whether there is room for more', () => {
  const window = new DeliveryWindow();
  for (let n = 0; n < 1000; n++) window.arrives(window.departs(n), n + 1, 1);
  assert.equal(window.size, 2);
});

test('it is bounded however fast the link', () => {
  const { most } = played(new DeliveryWindow(), { chunkMs: 0.2, delayMs: 200 }, 0, 10_000);
  assert.equal(most, 64);
});
