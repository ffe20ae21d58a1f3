import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AccessBatch } from '../../../../src/core/history/counting/access-batch.ts';
import { KeyRecords } from '../../../../src/core/history/counting/key-records.ts';

import { PendingEvents, pendingAtMost } from '../../../../src/core/history/counting/pending-events.ts';
import { orderHash } from '../../../../src/core/history/segments/order-hash.ts';
import { RowAccesses } from '../../../../src/core/history/segments/row-accesses.ts';

const bucketMs = 60_000;
const t0 = 1_700_000_000_000;
const nothing = new RowAccesses();
nothing.clear();

const anyEvent = fc.record({
  key: fc.constantFrom('a', 'b', 'ab', 'é', 'item:1', 'item:12', 'item:2'),
  timeMs: fc.integer({ min: 0, max: 20 * bucketMs }),
  isWrite: fc.boolean(),
  sizeBytes: fc.integer({ min: -1, max: 5 }),
});

test('what a batch holds is what plain counting gives, whatever the order of times', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 300 }), (events) => {
      const batch = new AccessBatch(bucketMs, 7, () => assert.fail('not full'));
      for (const { key, timeMs, isWrite, sizeBytes } of events) {
        const bytes = Buffer.from(`<${key}>`);
        assert.ok(batch.add(bytes, 1, bytes.length - 1, timeMs, isWrite, sizeBytes));
      }
      const rows: { key: string; hash: number; row: RowAccesses }[] = [];
      const totals = batch.rows((hash, bytes, start, end, accesses) => {
        const row = new RowAccesses();
        row.setSum(accesses, nothing);
        rows.push({ hash, key: Buffer.from(bytes.subarray(start, end)).toString(), row });
      });
      const keys = [...new Set(events.map((event) => event.key))];
      const hashOf = (key: string) => orderHash(Buffer.from(key), 0, Buffer.byteLength(key));
      assert.deepEqual(
        rows.map(({ key }) => key),
        keys.sort((a, b) => hashOf(a) - hashOf(b) || Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      const sums = new Map<number, { reads: number; writes: number }>();
      for (const { key, hash, row } of rows) {
        assert.equal(hash, hashOf(key));
        const own = events.filter((event) => event.key === key);
        const times = own.map((event) => event.timeMs);
        const readTimes = own.filter((event) => !event.isWrite).map((event) => event.timeMs);
        const buckets = [...new Set(times.map((time) => Math.floor(time / bucketMs)))].sort((a, b) => a - b);
        assert.deepEqual([...row.buckets.subarray(0, row.length)], buckets);
        const isIn = (bucket: number) => (time: number) => Math.floor(time / bucketMs) === bucket;
        const reads = buckets.map((bucket) => readTimes.filter(isIn(bucket)).length);
        const writes = buckets.map((bucket, i) => times.filter(isIn(bucket)).length - (reads[i] ?? 0));
        assert.deepEqual([...row.reads.subarray(0, row.length)], reads);
        assert.deepEqual([...row.writes.subarray(0, row.length)], writes);
        buckets.forEach((bucket, i) => {
          const sum = sums.get(bucket) ?? { reads: 0, writes: 0 };
          sums.set(bucket, { reads: sum.reads + (reads[i] ?? 0), writes: sum.writes + (writes[i] ?? 0) });
        });
        assert.deepEqual([row.firstMs, row.lastMs], [Math.min(...times), Math.max(...times)]);
        assert.equal(row.lastReadMs, readTimes.length === 0 ? -1 : Math.max(...readTimes));
        assert.equal(
          row.sizeBytes < 0,
          own.every((event) => event.sizeBytes < 0),
        );
      }
      assert.equal(totals.reads + totals.writes, events.length);
      const { buckets, reads, writes } = totals.traffic;
      assert.deepEqual(
        [...buckets].map((bucket, i) => [bucket, { reads: reads[i], writes: writes[i] }]),
        [...sums].sort(([a], [b]) => a - b),
      );
    }),
    { seed: 1 },
  );
});

test('many keys with long shared beginnings are told apart, and numbered in order', () => {
  const table = new KeyRecords();
  const texts = Array.from({ length: 30_000 }, (_, i) => `${'x'.repeat(i % 40)}${(i * 7919) % 30_011}`);
  const numbers = new Map<string, number>();
  const found = new Int32Array(pendingAtMost);
  const all = [...texts, ...texts];
  while (all.length > 0) {
    const pending = new PendingEvents(3);
    const now = all.splice(0, pendingAtMost);
    for (const text of now)
      assert.ok(pending.add(Buffer.from(`<${text}`), 1, text.length + 1, t0, false, -1));
    table.find(pending, found);
    for (const [i, text] of now.entries()) {
      assert.equal(found[i], numbers.get(text) ?? numbers.size);
      numbers.set(text, found[i] as number);
    }
  }
  const held = Buffer.from(table.bytes);
  for (const [text, key] of numbers)
    assert.equal(held.toString('utf8', table.startOf(key), table.endOf(key)), text);
});

test('a key that is not UTF-8 is refused each time', () => {
  const pending = new PendingEvents(3);
  const bytes = Buffer.of(0x61, 0xc3, 0x28);
  assert.equal(pending.add(bytes, 0, 3, t0, false, -1), false);
  assert.equal(pending.add(bytes, 0, 3, t0, false, -1), false);
  assert.equal(pending.add(bytes, 0, 1, t0, false, -1), true);
  assert.equal(pending.count, 1);
});
