import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AccessBatch } from '../../../src/core/history/access-batch.ts';
import { KeyRecords } from '../../../src/core/history/key-records.ts';

const bucketMs = 60_000;

const anyEvent = fc.record({
  key: fc.constantFrom('a', 'b', 'ab', 'é', 'item:1', 'item:12', 'item:2'),
  timeMs: fc.integer({ min: 0, max: 20 * bucketMs }),
  isWrite: fc.boolean(),
  sizeBytes: fc.integer({ min: -1, max: 5 }),
});

test('what a batch holds is what plain counting gives, whatever the order of times', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 300 }), (events) => {
      const batch = new AccessBatch(bucketMs, 7, () => assert.fail('not full'));
      for (const { key, timeMs, isWrite, sizeBytes } of events) {
        const bytes = Buffer.from(`<${key}>`);
        assert.ok(batch.add(bytes, 1, bytes.length - 1, timeMs, isWrite, sizeBytes));
      }
      const keys = [...new Set(events.map((event) => event.key))].sort((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      const found = [...batch.accesses()].map(({ key }) => key);
      assert.deepEqual(found, keys);
      for (const accesses of batch.accesses()) {
        const own = events.filter((event) => event.key === accesses.key);
        const times = own.map((event) => event.timeMs);
        const readTimes = own.filter((event) => !event.isWrite).map((event) => event.timeMs);
        const buckets = [...new Set(times.map((time) => Math.floor(time / bucketMs)))].sort((a, b) => a - b);
        assert.deepEqual([...accesses.series.buckets.subarray(0, accesses.length)], buckets);
        const readsOf = (bucket: number) =>
          readTimes.filter((time) => Math.floor(time / bucketMs) === bucket).length;
        assert.deepEqual([...accesses.series.reads.subarray(0, accesses.length)], buckets.map(readsOf));
        assert.deepEqual(
          [accesses.reads, accesses.writes],
          [readTimes.length, own.length - readTimes.length],
        );
        assert.deepEqual([accesses.firstMs, accesses.lastMs], [Math.min(...times), Math.max(...times)]);
        assert.equal(accesses.lastReadMs, readTimes.length === 0 ? undefined : Math.max(...readTimes));
        assert.equal(
          accesses.sizeBytes === undefined,
          own.every((event) => event.sizeBytes < 0),
        );
      }
    }),
    { seed: 1 },
  );
});

test('many keys with long shared beginnings are told apart, numbered in order and sorted by bytes', () => {
  const table = new KeyRecords(3);
  const texts = Array.from({ length: 30_000 }, (_, i) => `${'x'.repeat(i % 40)}${(i * 7919) % 30_011}`);
  const numbers = new Map<string, number>();
  for (const text of [...texts, ...texts]) {
    const bytes = Buffer.from(text);
    const number = table.intern(bytes, 0, bytes.length);
    assert.equal(number, numbers.get(text) ?? numbers.size);
    numbers.set(text, number);
  }
  const sorted = [...table.sorted()].map((key) => table.text(key));
  assert.deepEqual(sorted, [...numbers.keys()].sort());
});

test('a key that is not UTF-8 is refused each time', () => {
  const table = new KeyRecords(3);
  const bytes = Buffer.of(0x61, 0xc3, 0x28);
  assert.equal(table.intern(bytes, 0, 3), -1);
  assert.equal(table.intern(bytes, 0, 3), -1);
  assert.equal(table.intern(bytes, 0, 1), 0);
});
