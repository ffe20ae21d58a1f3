import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { systemWait } from '../../../src/core/clock.ts';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { takeAway } from '../../../src/core/sync/take-away.ts';
import { agentWith, localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop, shopWrite } from '../../support/shop-writer.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 3000;
const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, rows));
after(() => rmSync(templates, { recursive: true, force: true }));

const hotIds = Array.from({ length: 50 }, (_, index) => 40 * (index + 1));

/** The statement of the README, for any key. */
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const documented = /^SELECT items\.\*, state FROM .*id = 42.*;$/m.exec(readme)?.[0].replace('42', '?') ?? '';

type Answer = { id: number | null; body: unknown; state: string } | undefined;

function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  copyFileSync(template, lead);
  const group = localGroup(folder, { lead });
  const run = (more: Partial<AddReplicaOptions> = {}, watch: (event: RunEvent) => void = () => undefined) => {
    // Under a low limit chunks are small, under this clock nobody waits, and a round of changes is due after each chunk.
    let nowMs = Date.now();
    const clock = { nowMs: () => (nowMs += 1000) };
    const pace = new Pace(1, { nowMs: () => (nowMs += 1e9) }, systemWait);
    const plan = planOf({ lead: hotIds });
    const wait = async () => undefined;
    const { options, events } = watchedRun(
      group,
      joiner,
      { publishAt: 'hot-ready', plan, clock, pace, wait, ...more },
      watch,
    );
    return { options, events, ended: addReplica(options) };
  };
  const ask = (id: number): Answer => {
    const db = new Database(joiner, { readonly: true });
    try {
      return db.prepare(documented).get(id) as Answer;
    } finally {
      db.close();
    }
  };
  const assertDone = () => {
    assert.ok(rowsOf(joiner, 'items').join('\n') === rowsOf(lead, 'items').join('\n'), 'all rows are equal');
    assert.deepEqual(schemaOf(lead), schemaOf(template));
    const added = schemaOf(joiner).filter((entry) => entry.includes('foresync'));
    assert.deepEqual(
      added.map((entry) => entry.split(' ')[1]),
      ['foresync_status', 'sqlite_autoindex_foresync_status_1'],
    );
    assert.deepEqual(ask(1)?.state, 'synced');
    assert.ok(!existsSync(`${joiner}.foresync-joining`));
  };
  return { folder, lead, joiner, group, run, ask, assertDone };
}

/** That nothing had to be repaired shows that rows arrived in their order. */
const assertNothingRepaired = (events: RunEvent[]) =>
  assert.equal(foldRun(events).verification?.differences, 0);

const snapshotShare = (event: RunEvent) =>
  event.type === 'progress' && event.phase === 'snapshot' ? event.share : undefined;

test('the table appears with its planned rows, and the documented statement tells what is missing', async (t) => {
  const shop = shopOf(t);
  const answers: Answer[] = [];
  const { ended, events } = shop.run({}, (event) => {
    if (event.type === 'hot-ready') answers.push(shop.ask(40), shop.ask(41), shop.ask(1e9));
  });
  await ended;
  const [hot, cold, never] = answers;
  assert.deepEqual([hot?.id, hot?.state], [40, 'hot']);
  assert.deepEqual([cold?.id, cold?.state], [null, 'hot']);
  assert.deepEqual([never?.id, never?.state], [null, 'hot']);
  assert.deepEqual([shop.ask(41)?.id, shop.ask(41)?.state], [41, 'synced']);
  assert.deepEqual([shop.ask(1e9)?.id, shop.ask(1e9)?.state], [null, 'synced']);
  shop.assertDone();
  const states = foldRun(events).phases.map(({ name, state }) => `${name} ${state}`);
  assert.deepEqual(states.slice(2, 5), ['hot done', 'publish done', 'snapshot done']);
});

test('what changes at the lead reaches rows that are there before the copy is over', async (t) => {
  const shop = shopOf(t);
  const writer = database(t, shop.lead);
  let seenAt: number | undefined;
  const { ended } = shop.run({}, (event) => {
    if (event.type === 'hot-ready')
      writer.exec("UPDATE items SET body = 'newer' WHERE id = 40; DELETE FROM items WHERE id = 80");
    const share = snapshotShare(event);
    if (share === undefined) return;
    if (seenAt === undefined && shop.ask(40)?.body === 'newer' && shop.ask(80)?.id === null) seenAt = share;
  });
  await ended;
  assert.ok(seenAt !== undefined && seenAt < 1, `${seenAt}`);
  shop.assertDone();
});

test('under writes of every kind, no row that is at the lead is ever said not to exist, and both end equal', async (t) => {
  const shop = shopOf(t);
  const writer = database(t, shop.lead);
  let written = 0;
  let looks = 0;
  const { ended, events } = shop.run({}, (event) => {
    if (event.type === 'hot-ready' || snapshotShare(event) !== undefined || event.type === 'backlog') {
      for (let count = 0; count < 5; count++) writer.exec(shopWrite(++written, rows));
      if (!existsSync(shop.joiner)) return;
      const id = 1 + ((looks++ * 7919) % rows);
      const answer = shop.ask(id);
      const isThere = writer.prepare('SELECT 1 FROM items WHERE id = ?').get(id) !== undefined;
      if (answer?.id === null && isThere) assert.notEqual(answer.state, 'synced');
    }
  });
  await ended;
  assert.ok(written > 50 && looks > 10, `${written} writes, ${looks} looks`);
  assertNothingRepaired(events);
  shop.assertDone();
});

for (const stage of ['publish', 'snapshot', 'delta', 'verify'] as const)
  for (const side of ['lead', 'joiner'] as const)
    test(`the ${side}, killed in the stage ${stage}, is found again, and the run goes on in place`, async (t) => {
      const shop = shopOf(t);
      const writer = database(t, shop.lead);
      let wasKilled = false;
      const { ended, events } = shop.run({ retries: 3 }, (event) => {
        const isIn = event.type === 'phase' && event.phase === stage && event.state === 'running';
        if (wasKilled || !isIn) return;
        const staged = `${shop.joiner}.foresync-joining`;
        const file = side === 'lead' ? shop.lead : existsSync(shop.joiner) ? shop.joiner : staged;
        wasKilled = process.kill(agentWith(file), 'SIGKILL');
        writer.exec(`${shopWrite(1, rows)}; ${shopWrite(2, rows)}; ${shopWrite(3, rows)}`);
      });
      await ended;
      assert.ok(wasKilled);
      assert.equal(events.filter(({ type }) => type === 'hot-ready').length, 1);
      assertNothingRepaired(events);
      shop.assertDone();
    });

/** A run whose lead is lost in the snapshot, and which does not try again. */
async function abandoned(shop: ReturnType<typeof shopOf>): Promise<void> {
  let isLost = false;
  const { ended } = shop.run({ retries: 0 }, (event) => {
    if (!isLost && (snapshotShare(event) ?? 0) > 0.3) isLost = process.kill(agentWith(shop.lead), 'SIGKILL');
  });
  await assert.rejects(ended, { kind: 'unreachable' });
  assert.equal(shop.ask(40)?.state, 'hot');
}

test('the same command goes on in place, without a second appearance', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  database(t, shop.lead).exec(
    "DELETE FROM items WHERE id < 50; UPDATE items SET body = 'later' WHERE id < 90",
  );
  const { ended, events } = shop.run();
  await ended;
  shop.assertDone();
  const states = foldRun(events).phases.filter(({ state }) => state === 'skipped');
  assert.deepEqual(
    states.map(({ name }) => name),
    ['hot', 'publish'],
  );
});

test('where the Delta Log has ended meanwhile it is copied anew over what is there', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  const writer = database(t, shop.lead);
  const [log] = schemaOf(shop.lead).filter((entry) => entry.startsWith('table _foresync_capture'));
  writer.exec(`UPDATE "${log?.split(' ')[1]}" SET lease_until_s = 1`);
  writer.exec("DELETE FROM items WHERE id < 100; UPDATE items SET body = 'unseen' WHERE id < 200");
  let isAway = false;
  const { ended } = shop.run({}, (event) => {
    if (event.type === 'resumed') isAway = shop.ask(40)?.state !== 'hot';
  });
  await ended;
  assert.ok(!isAway);
  shop.assertDone();
});

test('a table that is altered at the lead ends it, and the same command puts the new one in its place', async (t) => {
  const shop = shopOf(t);
  const writer = database(t, shop.lead);
  const { ended } = shop.run({}, (event) => {
    if (event.type === 'hot-ready') writer.exec('ALTER TABLE items ADD COLUMN more');
  });
  await assert.rejects(ended, { code: 'table-altered' });
  assert.equal(shop.ask(40)?.state, 'hot');
  await shop.run().ended;
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assert.equal(shop.ask(40)?.state, 'synced');
});

test('what an application has written to the table does not stay', async (t) => {
  const shop = shopOf(t);
  const { ended, events } = shop.run({}, (event) => {
    if (event.type !== 'hot-ready') return;
    const application = new Database(shop.joiner);
    application.exec("UPDATE items SET body = 'mine' WHERE id = 40; INSERT INTO items(id) VALUES(-5)");
    application.close();
  });
  await ended;
  assert.ok((foldRun(events).verification?.differences ?? 0) > 0);
  shop.assertDone();
});

test('it appears in a file with other tables too, and a foreign foresync_status is left alone', async (t) => {
  const shop = shopOf(t);
  const neighbour = database(t, shop.joiner, 'CREATE TABLE foresync_status(mine)');
  await assert.rejects(shop.run().ended, { kind: 'exists', code: 'joiner-clash' });
  neighbour.exec('DROP TABLE foresync_status; CREATE TABLE mine(a); INSERT INTO mine VALUES(1)');
  const answers: Answer[] = [];
  await shop.run({}, (event) => {
    if (event.type === 'hot-ready') answers.push(shop.ask(40), shop.ask(41));
  }).ended;
  assert.deepEqual(
    answers.map((answer) => [answer?.id, answer?.state]),
    [
      [40, 'hot'],
      [null, 'hot'],
    ],
  );
  assert.equal(neighbour.prepare('SELECT count(*) FROM mine').pluck().get(), 1);
  shop.assertDone();
});

test('with a plan that makes nothing hot it appears when it is in sync, and says so', async (t) => {
  const shop = shopOf(t);
  const { ended, events } = shop.run({ plan: planOf({}) }, (event) => {
    if (event.type === 'progress') assert.ok(!existsSync(shop.joiner));
  });
  await ended;
  assert.ok(events.some((event) => event.type === 'note' && /holds no keys/.test(event.text)));
  shop.assertDone();
});

test('it is followed after that, and taken away where it is given up', async (t) => {
  const shop = shopOf(t);
  const stop = new AbortController();
  const writer = database(t, shop.lead);
  let level = 0;
  const { ended } = shop.run({ follow: true, signal: stop.signal, wait: systemWait }, (event) => {
    if (event.type === 'in-sync') writer.exec('DELETE FROM items WHERE id < 50');
    if (event.type === 'followed' && event.levelAtMs !== undefined && ++level === 3) stop.abort();
  });
  await ended;
  shop.assertDone();
});

test('given up, the table is dropped, and what else is in the file stays', async (t) => {
  const shop = shopOf(t);
  const neighbour = database(t, shop.joiner, 'CREATE TABLE mine(a); INSERT INTO mine VALUES(1)');
  await abandoned(shop);
  const { options } = watchedRun(shop.group, shop.joiner);
  const look = await takeAway({ ...options, dryRun: true });
  assert.deepEqual(look.withdrawn, { joiner: 'joiner', path: shop.joiner });
  assert.equal(shop.ask(40)?.state, 'hot');
  const taken = await takeAway({ ...options, dryRun: false });
  assert.deepEqual([taken.withdrawn?.path, taken.hasTable], [shop.joiner, false]);
  assert.deepEqual(schemaOf(shop.joiner), ['table mine CREATE TABLE mine(a)']);
  assert.equal(neighbour.prepare('SELECT count(*) FROM mine').pluck().get(), 1);
  assert.deepEqual(schemaOf(shop.lead), schemaOf(template));
});
