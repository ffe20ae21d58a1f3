import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CountMin, countMinWidth } from '../../../../src/core/history/sketch/count-min.ts';
import { HyperLogLog } from '../../../../src/core/history/sketch/hyper-log-log.ts';
import { murmur2, murmur3 } from '../../../../src/core/history/sketch/murmur.ts';

const anyKey = fc.uint8Array({ minLength: 1, maxLength: 40 });
const anyCounts = fc.array(fc.tuple(anyKey, fc.integer({ min: 0, max: 5_000_000_000 })), { maxLength: 60 });

test('the hashes are those that ClickHouse 18.16 and 26.7 gave', () => {
  const cases: [string, number, number][] = [
    ['a', 1009084850, 2456313694],
    ['item:1', 4014198146, 3159396184],
    ['', 0, 0],
  ];
  for (const [key, third, second] of cases) {
    assert.deepEqual([murmur3(Buffer.from(key)), murmur2(Buffer.from(key))], [third, second], key);
  }
});

test('a count-min sketch never says less than was counted, alone, merged and read back', () => {
  fc.assert(
    fc.property(anyCounts, anyCounts, (some, others) => {
      const truth = new Map<string, { key: Uint8Array; count: number }>();
      const [left, right] = [new CountMin(), new CountMin()];
      for (const [sketch, counts] of [
        [left, some],
        [right, others],
      ] as const) {
        for (const [key, count] of counts) {
          sketch.add(key, count);
          const name = Buffer.from(key).toString('hex');
          truth.set(name, { key, count: (truth.get(name)?.count ?? 0) + count });
        }
      }
      left.merge(CountMin.fromBytes(right.toBytes()));
      for (const { key, count } of truth.values()) assert.ok(left.atMost(key) >= count);
      assert.ok(left.toBytes().equals(CountMin.fromBytes(left.toBytes()).toBytes()));
    }),
    { seed: 1, numRuns: 15 },
  );
});

test('a count-min sketch overstates within its bound for almost every key', () => {
  const sketch = new CountMin();
  const keys = Array.from({ length: 60_000 }, (_, i) => Buffer.from(`item:${i}`));
  const countOf = (i: number) => Math.ceil(60_000 / (i + 1));
  let total = 0;
  keys.forEach((key, i) => {
    sketch.add(key, countOf(i));
    total += countOf(i);
  });
  const bound = (Math.E / countMinWidth) * total;
  const beyond = keys.filter((key, i) => sketch.atMost(key) - countOf(i) > bound).length;
  assert.ok(beyond < keys.length * 0.02, `${beyond} keys beyond ${bound}`);
});

test('a HyperLogLog is near the number of keys, small and large', () => {
  for (const count of [0, 1, 100, 20_000, 45_000, 400_000]) {
    const sketch = new HyperLogLog();
    for (let i = 0; i < count; i++) sketch.add(Buffer.from(`item:${Math.imul(i, 0x9e3779b1) >>> 0}`));
    assert.ok(Math.abs(sketch.keys - count) <= count * 0.03, `${sketch.keys} for ${count}`);
  }
});

test('a merged HyperLogLog is that of all keys, in any order, and is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(anyKey, { maxLength: 80 }), fc.array(anyKey, { maxLength: 80 }), (some, others) => {
      const [left, right, all] = [new HyperLogLog(), new HyperLogLog(), new HyperLogLog()];
      for (const key of some) left.add(key);
      for (const key of others) right.add(key);
      for (const key of [...others, ...some]) all.add(key);
      left.merge(HyperLogLog.fromBytes(right.toBytes()));
      assert.ok(left.toBytes().equals(all.toBytes()));
    }),
    { seed: 1, numRuns: 30 },
  );
});

test('bytes that no sketch made are refused', () => {
  const [counts, keys] = [new CountMin().toBytes(), new HyperLogLog().toBytes()];
  for (const bytes of [counts.subarray(0, -1), Buffer.concat([counts, Buffer.of(0)]), Buffer.of(9), keys])
    assert.throws(() => CountMin.fromBytes(bytes), RangeError);
  for (const bytes of [keys.subarray(1), Buffer.concat([keys, Buffer.of(0)]), Buffer.alloc(keys.length, 99)])
    assert.throws(() => HyperLogLog.fromBytes(bytes), RangeError);
});
