import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { readCapture } from '../../../src/core/store/sqlite/capture.ts';
import { readTableShape } from '../../../src/core/store/sqlite/table-shape.ts';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { prefetch } from '../../../src/core/sync/prefetch.ts';
import { takeAway } from '../../../src/core/sync/take-away.ts';
import { localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
// Where agents put their Prefetch Caches.
process.env.XDG_CACHE_HOME = path.join(templates, 'cache');
before(() => makeShop(template, 5000));
after(() => rmSync(templates, { recursive: true, force: true }));

const refused = { kind: 'exists', code: 'capture-running' };
const isFollowing = (event: RunEvent) => event.type === 'phase' && event.phase === 'follow';
const isRows = (event: RunEvent) => event.type === 'rows';

function caches(): string[] {
  const home = path.join(templates, 'cache', 'foresync');
  return existsSync(home) ? readdirSync(home).filter((name) => name.endsWith('.db')) : [];
}

function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'lead.db');
  copyFileSync(template, lead);
  const group = localGroup(folder, { lead });
  const plan = planOf({ lead: [1, 2, 3] });
  const fileOf = (store: string) => path.join(folder, `${store}.db`);
  const optionsOf = (name: string, store: string, more: Partial<AddReplicaOptions> = {}) => {
    const joiner = {
      name,
      host: { kind: 'local' } as const,
      store: { kind: 'sqlite' as const, path: fileOf(store) },
    };
    return { joiner, plan, ...more };
  };
  const run = (name: string, store: string, more: Partial<AddReplicaOptions> = {}) =>
    addReplica(watchedRun(group, fileOf(store), optionsOf(name, store, more)).options);
  /** Resolves at the first event of that kind, with what stops the run then. */
  const runUntil = (name: string, store: string, wanted: (event: RunEvent) => boolean, follow = false) => {
    const stopping = new AbortController();
    const more = optionsOf(name, store, { follow, signal: stopping.signal });
    return new Promise<() => Promise<unknown>>((resolve, reject) => {
      const stop = () => {
        stopping.abort();
        return ended;
      };
      const watch = (event: RunEvent) => wanted(event) && resolve(stop);
      const ended = addReplica(watchedRun(group, fileOf(store), more, watch).options);
      ended.catch(reject);
    });
  };
  return {
    run,
    runUntil,
    fileOf,
    /** Stops a run where it can be gone on with. */
    leave: async (name: string, store: string) => {
      const stopping = new AbortController();
      const more = optionsOf(name, store, { signal: stopping.signal });
      const { options } = watchedRun(group, fileOf(store), more, (event) => {
        if (isRows(event)) stopping.abort();
      });
      await assert.rejects(addReplica(options), { code: 'stopped' });
    },
    prefetch: () =>
      prefetch({
        ...watchedRun(group, fileOf('none')).options,
        ...{ plan, cache: 'file', limitBytes: 1 << 20, keepMs: 3_600_000 },
      }),
    abort: (name: string, store: string) => {
      const { options } = watchedRun(group, fileOf(store));
      return takeAway({
        ...options,
        joiner: optionsOf(name, store).joiner,
        dryRun: false,
        newId: randomUUID,
      });
    },
    captureId: () => {
      const db = new Database(lead, { readonly: true });
      const id = readCapture(db, readTableShape(db, 'items'))?.id;
      db.close();
      return id;
    },
    assertEqual: (store: string) => assert.deepEqual(rowsOf(fileOf(store), 'items'), rowsOf(lead, 'items')),
    assertNothingIsLeft: () => {
      assert.deepEqual(schemaOf(lead), schemaOf(template));
      const left = readdirSync(folder).filter((name) => name.includes('foresync'));
      assert.deepEqual([...left, ...caches()], []);
    },
  };
}

test('a run for a replica of the same name in another store is refused while the first one lives, and disturbs it not', async (t) => {
  const shop = shopOf(t);
  const stop = await shop.runUntil('eu', 'first', isFollowing, true);
  await assert.rejects(shop.run('eu', 'second'), {
    ...refused,
    message: /^A run for a replica of that name with another --store captures changes at lead\.$/,
  });
  assert.ok(!existsSync(shop.fileOf('second')));
  await stop();
  shop.assertEqual('first');
  shop.assertNothingIsLeft();
});

test('what a run left is gone on with by the same command alone, until it is aborted', async (t) => {
  const shop = shopOf(t);
  await shop.leave('eu', 'first');
  const left = shop.captureId();
  await assert.rejects(shop.run('eu', 'second'), refused);
  await assert.rejects(shop.run('asia', 'first'), refused);
  assert.equal(shop.captureId(), left);
  await shop.leave('eu', 'first');
  assert.equal(shop.captureId(), left);
  await shop.abort('eu', 'first');
  assert.equal(shop.captureId(), undefined);
  await shop.run('eu', 'second');
  shop.assertEqual('second');
  shop.assertNothingIsLeft();
});

test("a prefetch's capture is its first adopter's, until that one has ended or was aborted", async (t) => {
  const shop = shopOf(t);
  const { captureId } = await shop.prefetch();
  await shop.leave('eu', 'first');
  for (const other of [() => shop.run('asia', 'second'), () => shop.run('eu', 'second'), shop.prefetch])
    await assert.rejects(other, refused);
  const { kept } = await shop.abort('eu', 'first');
  assert.deepEqual(kept, { donor: 'lead', id: captureId });
  await shop.leave('asia', 'second');
  await assert.rejects(shop.run('eu', 'first'), refused);
  await shop.run('asia', 'second');
  shop.assertEqual('second');
  shop.assertNothingIsLeft();
});

test("a run that fails for good gives a prefetch's capture back, with its caches", async (t) => {
  const shop = shopOf(t);
  const { captureId } = await shop.prefetch();
  const clash = new Database(shop.fileOf('first'));
  clash.exec('CREATE TABLE mine(a); CREATE INDEX "by code" ON mine(a)');
  clash.close();
  await assert.rejects(shop.run('eu', 'first'), { code: 'joiner-clash' });
  assert.equal(shop.captureId(), captureId);
  assert.equal(caches().length, 1);
  await shop.run('asia', 'second');
  shop.assertEqual('second');
  shop.assertNothingIsLeft();
});
