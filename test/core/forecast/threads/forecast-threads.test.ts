import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { birthOrder, keyOrder, naturalOrder } from '../../../../src/core/forecast/features/key-order.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { emptySignals, fillSignals } from '../../../../src/core/forecast/series/signals.ts';
import type { ForecastTask, Shared } from '../../../../src/core/forecast/threads/forecast-tasks.ts';
import { ForecastThreads, rangesOf } from '../../../../src/core/forecast/threads/forecast-threads.ts';
import { rowsOf } from '../learned/example-rows.ts';
import { columnsOf } from '../series/example-columns.ts';
import { valueAt } from '../value-at.ts';

const open: ForecastThreads[] = [];
after(() => Promise.all(open.map((threads) => threads.close())));
function start(signal?: AbortSignal): ForecastThreads {
  const threads = new ForecastThreads(signal);
  open.push(threads);
  return threads;
}

function example(keys: number): Shared {
  const random = seededRandom(5);
  const columns = columnsOf(
    Array.from({ length: keys }, () => ({
      accesses: [{ bucket: Math.floor(random() * 50), reads: 1 + Math.floor(random() * 9), writes: 0 }],
    })),
  );
  const natural = keyOrder(naturalOrder(Array.from({ length: keys }, (_, i) => `k${i}`)));
  return {
    columns,
    orders: { natural, birth: keyOrder(birthOrder(columns.firstMs, natural)) },
    scale: { bucketMs: 3_600_000, horizonBuckets: 24, sizesKnown: false, spanBuckets: 100 },
    origins: [40, 80],
    signals: emptySignals(keys, 2),
  };
}

const signalsOf = (keys: number) =>
  rangesOf(keys, 8).map(([from, until]): ForecastTask => ({ do: 'signals', start: from, end: until }));
const broken: ForecastTask = { do: 'features', origin: 99, rows: rowsOf([]) };

test('threads do what one would do alone, and tell how far they are', async () => {
  const threads = start();
  const shared = example(100);
  threads.share(shared);
  const told: number[] = [];
  await threads.run(signalsOf(100), (done) => told.push(done));
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7, 8]);
  const alone = emptySignals(100, 2);
  fillSignals(shared.columns, { ...shared.scale, origins: shared.origins }, alone, 0, 100);
  assert.deepEqual(shared.signals, alone);
  assert.ok(valueAt(alone, 1).some((signal) => signal > 0));
});

test('results stand in the order of the tasks', async () => {
  const threads = start();
  threads.share(example(1));
  const rows = rowsOf([Array.from({ length: 50 }, (_, i) => ({ reads: 1, features: { size: i } }))]);
  const all = await threads.run(
    Array.from({ length: 9 }, (_, i): ForecastTask => {
      return { do: 'bins', start: 0, end: 9 - i, rows, bins: new Uint8Array(50 * 9) };
    }),
  );
  assert.deepEqual(
    all.map((edges) => (Array.isArray(edges) ? edges.length : 0)),
    [9, 8, 7, 6, 5, 4, 3, 2, 1],
  );
});

test('an interruption rejects with its reason, at once or in the middle', async () => {
  const stop = new AbortController();
  const threads = start(stop.signal);
  threads.share(example(100));
  const reason = new Error('stop');
  const running = threads.run(signalsOf(100), () => stop.abort(reason));
  await assert.rejects(running, reason);
  await assert.rejects(threads.run(signalsOf(100)), reason);
  await threads.close();
});

test('a thread that dies fails the forecast, and what is asked of it later fails too', async () => {
  const threads = start();
  threads.share(example(10));
  const failed = { code: 'forecast-failed', kind: 'defect', hint: /--model decay/ };
  await assert.rejects(threads.run([broken, broken]), failed);
  for (let later = 0; later < 6; later++) await assert.rejects(threads.run(signalsOf(10)), failed);
});

test('ranges cover everything once', () => {
  assert.deepEqual(rangesOf(0, 4), []);
  assert.deepEqual(rangesOf(3, 8), [
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  assert.deepEqual(rangesOf(10, 4), [
    [0, 3],
    [3, 6],
    [6, 9],
    [9, 10],
  ]);
});
