import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemWait } from '../../../src/core/clock.ts';
import { ForesyncError } from '../../../src/core/errors.ts';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { agentWith, localGroup, watchedRun } from '../../support/local-group.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../../support/shop-writer.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 12_000;
const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, rows));
after(() => rmSync(templates, { recursive: true, force: true }));

/** So that the snapshot takes more than a hundred chunks: what changes while the pipeline is full must be little beside the budget. */
class SmallChunks extends Pace {
  readonly #roundKeys: number | undefined;

  /** With `roundKeys`, so many keys at most go in a round of the Delta Log. */
  constructor(roundKeys?: number) {
    super(undefined, systemClock, systemWait);
    this.#roundKeys = roundKeys;
  }

  override get deltaLimits() {
    const { maxKeys, maxBytes } = super.deltaLimits;
    return { maxKeys: this.#roundKeys ?? maxKeys, maxBytes };
  }

  override get chunkBytes(): number {
    return 16 * 1024;
  }
}

type Watch = (event: RunEvent) => void;

/** A shop whose rows a second connection changes, a key after the other. */
function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'lead.db');
  copyFileSync(template, lead);
  const writer = database(t, lead);
  let changed = 0;
  const change = (keys: number) => {
    writer
      .prepare("UPDATE items SET body = 'changed ' || ? WHERE id > ? AND id <= ?")
      .run(changed, changed % rows, (changed % rows) + keys);
    changed += keys;
  };
  let inserted = 1_000_000;
  const insert = (keys: number) => {
    writer
      .prepare(
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO items(id) SELECT ? + i FROM n WHERE i <= ?',
      )
      .run(keys, inserted, keys);
    inserted += keys;
  };
  const logKeys = () => {
    const table = writer
      .prepare("SELECT name FROM sqlite_schema WHERE name GLOB '_foresync_delta_????????'")
      .pluck()
      .get();
    const last = writer.prepare(`SELECT keys FROM "${table}" ORDER BY seq DESC LIMIT 1`).pluck();
    return (last.get() as number | undefined) ?? 0;
  };
  const run = (more: Partial<AddReplicaOptions>, watch: Watch = () => undefined) => {
    const group = localGroup(folder, { lead });
    const options = { pace: new SmallChunks(), ...more };
    const watched = watchedRun(group, path.join(folder, 'joiner.db'), options, watch);
    return { events: watched.events, ended: addReplica(watched.options) };
  };
  const assertEqual = () => {
    assert.deepEqual(rowsOf(path.join(folder, 'joiner.db'), 'items'), rowsOf(lead, 'items'));
    assert.deepEqual(schemaOf(lead), schemaOf(template));
  };
  return { folder, lead, change, insert, logKeys, run, assertEqual };
}

const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T) =>
  events.filter((event): event is RunEvent & { type: T } => event.type === type);
const inSnapshot = (event: RunEvent) => event.type === 'progress' && event.phase === 'snapshot';
const notes = (events: RunEvent[]) => ofType(events, 'note').map(({ text }) => text);

/** What was sent of the Delta Log before the snapshot was done. */
function deltaInSnapshot(events: RunEvent[]): number {
  const end = events.findIndex(
    (event) => event.type === 'phase' && event.phase === 'snapshot' && event.state === 'done',
  );
  return ofType(events.slice(0, end), 'rows')
    .filter(({ kind }) => kind === 'delta')
    .reduce((sum, { rows: keys }) => sum + keys, 0);
}

test('where many times the budget changes during the snapshot, changes go between chunks, and the log keeps to it', async (t) => {
  const shop = shopOf(t);
  const budgetKeys = 3600;
  const { ended, events } = shop.run({ deltaBudgetKeys: budgetKeys }, (event) => {
    if (inSnapshot(event)) shop.change(60);
  });
  await ended;
  shop.assertEqual();
  assert.ok(deltaInSnapshot(events) > budgetKeys, `${deltaInSnapshot(events)}`);
  const most = Math.max(...ofType(events, 'delta-log').map(({ keys }) => keys));
  assert.ok(most > budgetKeys / 2 && most <= budgetKeys, `${most}`);
  assert.equal(ofType(events, 'verified')[0]?.differences, 0);
  assert.equal(notes(events).filter((text) => /changes go between chunks/.test(text)).length, 1);
});

test('a log far from its budget is left alone until the snapshot is done', async (t) => {
  const shop = shopOf(t);
  const { ended, events } = shop.run({}, (event) => {
    if (inSnapshot(event)) shop.change(20);
  });
  await ended;
  shop.assertEqual();
  assert.equal(deltaInSnapshot(events), 0);
  assert.deepEqual(new Set(ofType(events, 'delta-log').map(({ budgetKeys }) => budgetKeys)), new Set([20e6]));
});

test('beside a process that goes on writing, the joiner is what the lead was at its moment', async (t) => {
  const shop = shopOf(t);
  const writer = await startShopWriter(t, shop.lead, rows);
  const { ended, events } = shop.run({ deltaBudgetKeys: 8000 }, (event) => {
    // What this one writes is the same before and after, so that the other's writes alone tell.
    if (inSnapshot(event)) touch(100);
  });
  const touching = database(t, shop.lead);
  let touched = 0;
  const touch = (keys: number) => {
    touching
      .prepare('UPDATE items SET body = body WHERE id > ? AND id <= ?')
      .run(touched % rows, (touched % rows) + keys);
    touched += keys;
  };
  await ended;
  await writer.stop();
  assert.ok(deltaInSnapshot(events) > 0);
  const [joiner, model] = [path.join(shop.folder, 'joiner.db'), path.join(shop.folder, 'model.db')];
  copyFileSync(template, model);
  replayShop(model, writesIn(joiner), rows);
  assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(model, 'items'));
  assert.equal(ofType(events, 'verified')[0]?.differences, 0);
});

test('writers that fill the log as fast as it is pruned stop the run, which goes on with a larger budget', async (t) => {
  const shop = shopOf(t);
  const budgetKeys = 6000;
  let isFull = false;
  // All rounds that are on their way together are little beside a tenth of the budget: the log stays almost full.
  const { ended, events } = shop.run({ deltaBudgetKeys: budgetKeys, pace: new SmallChunks(25) }, (event) => {
    if (!isFull && inSnapshot(event)) {
      isFull = true;
      shop.insert(budgetKeys - 100);
    }
    // Before the round that this tells of is pruned, and room for it is made, only so many fit in.
    if (event.type === 'delta-log' && isFull) shop.insert(Math.max(0, budgetKeys - 100 - shop.logKeys()));
  });
  const error = await ended.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ForesyncError);
  assert.deepEqual([error.exitCode, error.code], [75, 'delta-budget-reached']);
  assert.match(
    error.message,
    /^Writers at lead are faster .* of a budget of 6000, and does not get shorter\.$/,
  );
  assert.match(error.hint ?? '', /fewer writes, or now with a larger --delta-budget/);
  assert.equal(ofType(events, 'end')[0]?.outcome, 'failed');
  await assert.rejects(shop.run({ deltaBudgetKeys: 100 }).ended, { code: 'delta-budget-too-small' });
  const again = shop.run({ deltaBudgetKeys: 50_000 });
  await again.ended;
  assert.equal(ofType(again.events, 'resumed').length, 1);
  assert.equal(ofType(again.events, 'verified')[0]?.differences, 0);
  shop.assertEqual();
});

test('agents that die while changes go between chunks are found again, and nothing is missed', async (t) => {
  const shop = shopOf(t);
  const staging = path.join(shop.folder, 'joiner.db.foresync-joining');
  let rounds = 0;
  let kills = 0;
  let resumes = 0;
  const { ended, events } = shop.run(
    { deltaBudgetKeys: 2400, retries: 50, wait: async () => undefined },
    (event) => {
      if (inSnapshot(event)) shop.change(60);
      if (event.type === 'resumed') resumes++;
      // One a try: rounds that are on their way may still arrive after it.
      if (event.type !== 'rows' || event.kind !== 'delta' || kills === 4 || kills > resumes) return;
      if (++rounds % 2 > 0) return;
      kills++;
      process.kill(agentWith(kills % 2 === 0 ? staging : shop.lead), 'SIGKILL');
    },
  );
  await ended;
  assert.deepEqual([kills, resumes], [4, 4]);
  assert.equal(ofType(events, 'verified')[0]?.differences, 0);
  shop.assertEqual();
});

test('a log that passes its budget at once is broken, which says what helps, and the next run begins anew', async (t) => {
  const shop = shopOf(t);
  let written = false;
  const { ended } = shop.run({ deltaBudgetKeys: 100 }, (event) => {
    if (inSnapshot(event) && !written) shop.change(5000);
    written ||= inSnapshot(event);
  });
  await assert.rejects(ended, {
    kind: 'stopped',
    code: 'log-broken',
    message: /outgrew its budget and was switched off/,
    hint: /with a larger --delta-budget: it starts the copy anew/,
  });
  const again = shop.run({});
  await again.ended;
  assert.equal(ofType(again.events, 'resumed').length, 0);
  shop.assertEqual();
});

test('a joiner that stands before what was pruned begins anew', async (t) => {
  const shop = shopOf(t);
  const stoppedAfter = async (chunks: number) => {
    const stop = new AbortController();
    let seen = 0;
    const watch: Watch = (event) => {
      if (!inSnapshot(event)) return;
      shop.change(60);
      if (++seen === chunks) stop.abort();
    };
    const { ended } = shop.run({ deltaBudgetKeys: 2400, signal: stop.signal }, watch);
    await assert.rejects(ended, { code: 'stopped' });
  };
  const [staging, backup] = ['joiner.db.foresync-joining', 'backup'].map((name) =>
    path.join(shop.folder, name),
  );
  assert.ok(staging && backup);
  await stoppedAfter(5);
  copyFileSync(staging, backup);
  await stoppedAfter(50);
  copyFileSync(backup, staging);
  const { ended, events } = shop.run({});
  await ended;
  assert.equal(ofType(events, 'resumed').length, 0);
  assert.equal(ofType(events, 'verified')[0]?.differences, 0);
  shop.assertEqual();
});
