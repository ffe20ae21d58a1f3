import assert from 'node:assert/strict';
import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type CachedChunk, PrefetchCache } from '../../../src/core/agent/prefetch-cache.ts';
import { type TestContext, temporaryFolder } from '../../support/tables.ts';

const chunk = (rows: number): CachedChunk => ({
  rows,
  keysRead: 2,
  missing: 1,
  rawBytes: 99,
  rowsPart: Buffer.alloc(60, rows),
  digestsPart: Buffer.alloc(40),
});

/** A store that no other test has, so that its cache's file in shared memory is this test's own. */
function storeOf(t: TestContext): string {
  const store = path.join(temporaryFolder(t), 'shop.db');
  t.after(() => PrefetchCache.drop(store, 'items'));
  return store;
}

for (const kind of ['memory', 'file'] as const) {
  test(`a cache in a ${kind} gives back what was put in, to whoever opens it for the same capture`, (t) => {
    const store = storeOf(t);
    process.env.XDG_CACHE_HOME = path.dirname(store);
    const made = PrefetchCache.create(store, 'items', { captureId: 'c1', kind, limitBytes: 1000 });
    assert.ok(made.store(Buffer.from('keys 1'), chunk(1)));
    assert.ok(made.store(Buffer.from('keys 2'), chunk(2)));
    made.close();
    assert.equal(statSync(made.path).mode & 0o777, 0o600);
    assert.equal(made.path.startsWith('/dev/shm/'), kind === 'memory' && existsSync('/dev/shm'));
    const found = PrefetchCache.find(store, 'items', 'c1');
    assert.deepEqual([found?.chunks, found?.storedBytes], [2, 200]);
    assert.deepEqual(found?.read(Buffer.from('keys 2')), chunk(2));
    assert.equal(found?.read(Buffer.from('keys 3')), undefined);
    found?.close();
  });
}

test('past its limit nothing more is stored, also after it is opened again', (t) => {
  const store = storeOf(t);
  const made = PrefetchCache.create(store, 'items', { captureId: 'c1', kind: 'memory', limitBytes: 150 });
  assert.deepEqual(
    [made.store(Buffer.from('1'), chunk(1)), made.store(Buffer.from('2'), chunk(2))],
    [true, false],
  );
  made.close();
  const found = PrefetchCache.find(store, 'items', 'c1');
  assert.equal(found?.store(Buffer.from('3'), chunk(3)), false);
  assert.equal(found?.chunks, 1);
  found?.close();
});

test("another capture's cache is dropped", (t) => {
  const store = storeOf(t);
  const made = PrefetchCache.create(store, 'items', { captureId: 'c1', kind: 'memory', limitBytes: 1000 });
  made.store(Buffer.from('1'), chunk(1));
  made.close();
  assert.equal(PrefetchCache.find(store, 'items', 'c2'), undefined);
  assert.ok(!existsSync(made.path));
});

test('a damaged cache is thrown away, whatever the damage is', (t) => {
  for (const damage of [
    (file: string) => truncateSync(file, 5000),
    (file: string) => writeFileSync(file, 'no database'.repeat(1000)),
    (file: string) => writeFileSync(file, ''),
  ]) {
    const store = storeOf(t);
    const made = PrefetchCache.create(store, 'items', { captureId: 'c1', kind: 'memory', limitBytes: 1e6 });
    for (let n = 0; n < 50; n++) made.store(Buffer.from(String(n)), chunk(n));
    made.close();
    damage(made.path);
    assert.equal(PrefetchCache.find(store, 'items', 'c1'), undefined);
    assert.ok(!existsSync(made.path));
  }
});
