import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Forecast } from '../../../src/core/forecast/forecast.ts';
import { forecast } from '../../../src/core/forecast/forecast.ts';
import { candidatesOf } from '../../../src/core/plan/forecast-candidates.ts';
import { makePlan } from '../../../src/core/plan/make-plan.ts';
import { parseEntry, parseHeader } from '../../../src/core/plan/plan-line.ts';
import { reportPlan } from '../../../src/core/plan/plan-report.ts';
import { type PlanLimits, selectKeys } from '../../../src/core/plan/select.ts';
import { memoryHistory, type TestEvent } from '../forecast/memory-history.ts';
import { timeBudget } from '../forecast/steady-traffic.ts';

const hourMs = 3_600_000;

/** Twenty days in which key kI is read every I + 1 hours and is `sizeOf(I)` bytes long. */
function events(keys: number, sizeOf: (i: number) => number | undefined = () => 100): TestEvent[] {
  const list: TestEvent[] = [];
  for (let hour = 0; hour < 480; hour++) {
    for (let i = 0; i < keys; i++) {
      const size = sizeOf(i);
      if (hour % (i + 1) === 0)
        list.push({ timeMs: hour * hourMs, key: `k${i}`, ...(size === undefined ? {} : { size }) });
    }
  }
  return list;
}

function forecastOf(list: TestEvent[]): Promise<Forecast> {
  return forecast(memoryHistory(list), { horizonMs: 24 * hourMs, model: 'decay', seed: 1, timeBudget });
}

function keysOf(result: Forecast, limits: PlanLimits): string[] {
  return [...selectKeys(candidatesOf(result), limits).order].map((index) => result.store.names[index] ?? '');
}

test('with a budget in keys the order is by expected reads', async () => {
  const result = await forecastOf(events(30));
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetKeys: 4 }), ['k0', 'k1', 'k2', 'k3']);
});

test('with a budget in bytes it is by expected reads per byte, and smaller rows fill what is left', async () => {
  const sizes = [2000, 10, 300, 10, 900];
  const result = await forecastOf(events(5, (i) => sizes[i]));
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetBytes: 10_000 }), ['k1', 'k3', 'k2', 'k0', 'k4']);
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetBytes: 330 }), ['k1', 'k3', 'k2']);
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetBytes: 1220 }), ['k1', 'k3', 'k2', 'k4']);
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetBytes: 20 }), ['k1', 'k3']);
  assert.deepEqual(keysOf(result, { minConfidence: 0, budgetBytes: 9 }), []);
});

test('keys under the threshold are not planned', async () => {
  const result = await forecastOf(events(60));
  const least = 0.6;
  const planned = new Set(keysOf(result, { minConfidence: least }));
  assert.ok(planned.size > 0 && planned.size < 60);
  for (const [index, key] of result.store.names.entries())
    assert.equal(planned.has(key), (result.confidence[index] ?? 0) >= least);
});

test('of equal keys the one read last comes first', async () => {
  const list = events(1).concat([
    { timeMs: 100 * hourMs, key: 'early' },
    { timeMs: 100 * hourMs + 1000, key: 'late' },
  ]);
  assert.deepEqual(keysOf(await forecastOf(list), { minConfidence: 0 }), ['k0', 'late', 'early']);
});

test('a size that no log gives is assumed under a budget in bytes, and the plan says so', async () => {
  const some = await forecastOf(events(4, (i) => (i < 2 ? 40 : undefined)));
  assert.deepEqual(keysOf(some, { minConfidence: 0, budgetBytes: 125 }), ['k0', 'k1', 'k2']);
  assert.equal(selectKeys(candidatesOf(some), { minConfidence: 0, budgetBytes: 125 }).assumedSizeBytes, 40);
  assert.equal(selectKeys(candidatesOf(some), { minConfidence: 0 }).assumedSizeBytes, undefined);
  const none = await forecastOf(events(4, () => undefined));
  assert.equal(selectKeys(candidatesOf(none), { minConfidence: 0, budgetBytes: 1000 }).assumedSizeBytes, 256);
});

test('budgets are kept, whatever they are', async () => {
  const result = await forecastOf(events(40, (i) => (i * 37) % 200));
  const bytesOf = (keys: string[]) => keys.reduce((sum, key) => sum + ((Number(key.slice(1)) * 37) % 200), 0);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 5000 }),
      (budgetKeys, budgetBytes) => {
        const keys = keysOf(result, { minConfidence: 0, budgetKeys, budgetBytes });
        assert.ok(keys.length <= budgetKeys && bytesOf(keys) <= budgetBytes);
        assert.equal(new Set(keys).size, keys.length);
      },
    ),
    { seed: 61 },
  );
});

test('header and entries are what the reader takes, and the same each time', async () => {
  const result = await forecastOf(events(50));
  const make = () =>
    makePlan(result, {
      group: 'shop',
      table: 'items',
      model: 'decay',
      limits: { minConfidence: 0.2 },
      replicas: ['r1'],
    });
  const lines = [make().header, ...make().entries()].map((line) => JSON.stringify(line));
  assert.deepEqual(
    [make().header, ...make().entries()].map((line) => JSON.stringify(line)),
    lines,
  );
  const header = parseHeader(lines[0] ?? '');
  const entries = lines.slice(1).map((line, i) => parseEntry(line, i + 2));
  assert.equal(header.entries, entries.length);
  assert.equal(header.group, 'shop');
  assert.ok(header.expectedHitRate > 0.5 && header.expectedHitRate <= 1);
  const [first] = entries;
  assert.deepEqual(
    { key: first?.key, donor: first?.donor, size: first?.sizeBytes, model: first?.model },
    { key: 'k0', donor: 'r1', size: 100, model: 'decay' },
  );
  assert.ok(entries.every((entry, i) => entry.expectedReads <= (entries[i - 1]?.expectedReads ?? Infinity)));
});

test('without a group the header has none', async () => {
  const { header } = makePlan(await forecastOf(events(3)), {
    model: 'decay',
    limits: { minConfidence: 0 },
    replicas: ['r1'],
  });
  assert.ok(!('group' in header) && !('table' in header));
});

test('the report counts what was planned', async () => {
  const result = await forecastOf(events(50));
  const plan = makePlan(result, {
    model: 'decay',
    limits: { minConfidence: 0.3, budgetKeys: 20 },
    replicas: ['r1'],
  });
  const report = reportPlan(plan, result, result.originMs - 5);
  assert.equal(report.keys, plan.header.entries);
  assert.equal(
    report.confidenceTenths.reduce((sum, n) => sum + n, 0),
    report.keys,
  );
  assert.equal(report.first.length, 10);
  assert.equal(report.bytes, report.keys * 100);
  assert.equal(report.staleMs, 5);
});

test('the same history and seed give the same bytes, whatever models were tried', async () => {
  const bytes = async (seed: number) => {
    const result = await forecast(memoryHistory(events(25)), {
      ...{ horizonMs: 24 * hourMs, model: 'auto', seed, timeBudget },
    });
    const plan = makePlan(result, { model: 'auto', limits: { minConfidence: 0 }, replicas: ['r1'] });
    return [plan.header, ...plan.entries()].map((line) => JSON.stringify(line)).join('\n');
  };
  const first = await bytes(5);
  assert.equal(await bytes(5), first);
  assert.notEqual(await bytes(6), first, 'the header says the seed');
});
