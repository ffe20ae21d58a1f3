import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { takeAway } from '../../../src/core/sync/take-away.ts';
import { agentWith, localGroup, watchedRun } from '../../support/local-group.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../../support/shop-writer.ts';
import { database, rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 5000;
const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, rows));
after(() => rmSync(templates, { recursive: true, force: true }));

interface Following {
  ended: Promise<{ watermark: number; rows: number }>;
  events: RunEvent[];
  stop(): void;
  /** Resolves at the first event that `wanted` lets through, among those that come from now on. */
  until(wanted: (event: RunEvent) => boolean): Promise<void>;
  /** Resolves when the joiner is level with a moment after this call. */
  level(): Promise<void>;
}

function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  copyFileSync(template, lead);
  const start = (more: Partial<AddReplicaOptions> = {}): Following => {
    const stopping = new AbortController();
    let waiting: { wanted(event: RunEvent): boolean; resolve(): void }[] = [];
    const watch = (event: RunEvent) => {
      const due = waiting.filter(({ wanted }) => wanted(event));
      waiting = waiting.filter((one) => !due.includes(one));
      for (const { resolve } of due) resolve();
    };
    const { options, events } = watchedRun(
      localGroup(folder, { lead }),
      joiner,
      { follow: true, signal: stopping.signal, ...more },
      watch,
    );
    const ended = addReplica(options);
    const failed = ended.then(() => {
      throw new Error('The run ended before.');
    });
    failed.catch(() => undefined);
    const until: Following['until'] = (wanted) =>
      Promise.race([new Promise<void>((resolve) => waiting.push({ wanted, resolve })), failed]);
    const level = () => {
      const nowMs = Date.now();
      return until((event) => event.type === 'followed' && (event.levelAtMs ?? 0) > nowMs);
    };
    t.after(async () => {
      stopping.abort();
      await Promise.allSettled([ended]);
    });
    return { ended, events, stop: () => stopping.abort(), until, level };
  };
  const assertEqual = () => {
    assert.ok(rowsOf(joiner, 'items').join('\n') === rowsOf(lead, 'items').join('\n'), 'all rows are equal');
  };
  const assertClean = () => {
    assert.deepEqual(schemaOf(lead), schemaOf(template));
    assert.ok(!schemaOf(joiner).some((entry) => entry.includes('foresync')), schemaOf(joiner).join('\n'));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('foresync-')),
      [],
    );
  };
  return { folder, lead, joiner, start, assertEqual, assertClean };
}

const isFollowing = (event: RunEvent) => event.type === 'phase' && event.phase === 'follow';
const followed = (event: RunEvent) => event.type === 'followed';

test('what is written after the sync arrives until it is stopped, which is its good end', async (t) => {
  const shop = shopOf(t);
  const original = path.join(shop.folder, 'original.db');
  copyFileSync(shop.lead, original);
  const writer = await startShopWriter(t, shop.lead, rows);
  const run = shop.start();
  await run.until(isFollowing);
  // An application that reads the joiner all the while.
  const reader = database(t, shop.joiner);
  const seen = () => reader.prepare('SELECT written FROM items WHERE id = 0').pluck().get() as number;
  const first = seen();
  for (let count = 0; count < 20; count++) await run.until(followed);
  assert.ok(seen() > first);
  await writer.stop();
  await run.level();
  shop.assertEqual();
  run.stop();
  const result = await run.ended;
  shop.assertEqual();
  shop.assertClean();
  // Deletes, moved keys and evictions have all arrived: the joiner is what the writer's transactions make of the table.
  replayShop(original, writesIn(shop.joiner), rows);
  assert.ok(rowsOf(original, 'items').join('\n') === rowsOf(shop.joiner, 'items').join('\n'));
  const snapshot = foldRun(run.events);
  assert.deepEqual(
    [snapshot.outcome, snapshot.follow?.watermark, snapshot.follow?.keysWaiting],
    ['done', result.watermark, 0],
  );
  const there = rowsOf(shop.joiner, 'items').length;
  assert.deepEqual([result.rows, snapshot.follow?.rows], [there, there]);
});

test('what was committed before it was stopped has arrived, however late that was', async (t) => {
  const shop = shopOf(t);
  const run = shop.start();
  const writer = database(t, shop.lead);
  await run.until((event) => {
    if (!followed(event)) return false;
    // A round has just ended, and the next is not due yet.
    writer.exec('DELETE FROM items WHERE id < 100');
    run.stop();
    return true;
  });
  await run.ended;
  shop.assertEqual();
  shop.assertClean();
});

test('a joiner that shares its file with other tables, in use, is followed as well', async (t) => {
  const shop = shopOf(t);
  const neighbour = database(
    t,
    shop.joiner,
    'CREATE TABLE mine(id INTEGER PRIMARY KEY); INSERT INTO mine VALUES(1)',
  );
  const run = shop.start();
  await run.until(isFollowing);
  const writer = database(t, shop.lead);
  for (let id = 2; id < 30; id++) {
    neighbour.prepare('INSERT INTO mine VALUES(?)').run(id);
    writer.prepare('DELETE FROM items WHERE id = ?').run(id);
    await run.level();
    assert.equal(neighbour.prepare('SELECT count(*) FROM items WHERE id = ?').pluck().get(id), 0);
  }
  run.stop();
  await run.ended;
  shop.assertEqual();
  shop.assertClean();
  assert.equal(neighbour.prepare('SELECT count(*) FROM mine').pluck().get(), 29);
});

for (const side of ['lead', 'joiner'] as const) {
  test(`the agent of the ${side}, killed while it is followed, is found again`, async (t) => {
    const shop = shopOf(t);
    const run = shop.start({ retries: 1, wait: waitButBriefly });
    await run.until(isFollowing);
    const writer = database(t, shop.lead);
    // More losses than tries in a row: each is followed by progress.
    for (let loss = 1; loss <= 3; loss++) {
      await run.level();
      process.kill(agentWith(shop[side]), 'SIGKILL');
      writer.exec(
        `UPDATE items SET body = 'loss ${loss}' WHERE id = ${loss}; DELETE FROM items WHERE id = ${loss + 100}`,
      );
      await run.level();
      shop.assertEqual();
    }
    run.stop();
    await run.ended;
    shop.assertClean();
    assert.equal(run.events.filter(({ type }) => type === 'in-sync').length, 1);
  });
}

/** Waits as it is told, but for the second before a new try. */
async function waitButBriefly(ms: number, signal: AbortSignal): Promise<void> {
  if (ms >= 1000 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A run of which nothing is left but what its files hold: both agents are gone, and it does not try again. */
async function abandoned(shop: ReturnType<typeof shopOf>): Promise<void> {
  const run = shop.start({ retries: 0 });
  await run.until(isFollowing);
  await run.level();
  process.kill(agentWith(shop.lead), 'SIGKILL');
  await assert.rejects(run.ended, { kind: 'unreachable' });
}

test('the same command goes on from the checkpoint in the joiner', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  database(t, shop.lead).exec(
    "DELETE FROM items WHERE id < 50; UPDATE items SET body = 'later' WHERE id < 90",
  );
  const run = shop.start();
  await run.until(isFollowing);
  await run.level();
  shop.assertEqual();
  const phases = foldRun(run.events).phases.filter(({ state }) => state === 'skipped');
  assert.deepEqual(
    phases.map(({ name }) => name),
    ['hot', 'snapshot', 'verify', 'publish'],
  );
  run.stop();
  await run.ended;
  shop.assertClean();
});

test('without --follow the same command takes away what is left', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  const { ended, events } = shop.start({ follow: false });
  const { rows: there } = await ended;
  assert.equal(there, rows + 1);
  assert.ok(events.some(({ type }) => type === 'in-sync'));
  shop.assertEqual();
  shop.assertClean();
});

test('where the Delta Log has ended meanwhile both sides are compared anew', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  const writer = database(t, shop.lead);
  const names = schemaOf(shop.lead).filter((entry) => entry.startsWith('table _foresync_capture'));
  writer.exec(`UPDATE "${names[0]?.split(' ')[1]}" SET lease_until_s = 1`);
  writer.exec("DELETE FROM items WHERE id < 50; UPDATE items SET body = 'unseen' WHERE id BETWEEN 60 AND 90");
  const stop = new AbortController();
  const broken = watchedRun(
    localGroup(shop.folder, { lead: shop.lead }),
    shop.joiner,
    { follow: true, signal: stop.signal },
    (event) => event.type === 'phase' && event.phase === 'verify' && stop.abort(),
  );
  await assert.rejects(addReplica(broken.options), {
    code: 'stopped',
    message: /in its place, but not in sync/,
  });
  // It was whole once, and is in use: giving the run up would not take it away.
  const { withdrawn, hasTable } = await takeAway({
    ...watchedRun(broken.options.group, shop.joiner).options,
    dryRun: true,
  });
  assert.deepEqual([withdrawn, hasTable], [undefined, true]);
  const run = shop.start();
  await run.until(isFollowing);
  await run.level();
  shop.assertEqual();
  assert.ok((foldRun(run.events).verification?.differences ?? 0) > 0);
  run.stop();
  await run.ended;
  shop.assertClean();
});

test('a table that is altered at the lead is told, and ends it; the joiner stays', async (t) => {
  const shop = shopOf(t);
  const run = shop.start();
  await run.until(isFollowing);
  await run.level();
  const before = rowsOf(shop.joiner, 'items');
  database(t, shop.lead).exec('ALTER TABLE items ADD COLUMN more');
  await assert.rejects(run.ended, { kind: 'data', code: 'table-altered', hint: /--replace/ });
  assert.deepEqual(rowsOf(shop.joiner, 'items'), before);
  assert.ok(!schemaOf(shop.joiner).some((entry) => entry.includes('foresync')));
  assert.ok(!schemaOf(shop.lead).some((entry) => entry.includes('foresync')));
});

test('a second run for the same joiner takes it over, and the first one leaves it alone', async (t) => {
  const shop = shopOf(t);
  const first = shop.start();
  await first.until(isFollowing);
  const second = shop.start();
  await second.until(isFollowing);
  await second.level();
  const writer = database(t, shop.lead);
  writer.exec('DELETE FROM items WHERE id < 20');
  await assert.rejects(first.ended, { code: 'joiner-busy' });
  await second.level();
  shop.assertEqual();
  second.stop();
  await second.ended;
  shop.assertClean();
});

test('it is not begun anew while the run that follows it lives, but once that is over', async (t) => {
  const shop = shopOf(t);
  const first = shop.start();
  await first.until(isFollowing);
  for (const more of [{ restart: true }, { replace: true, follow: false }])
    await assert.rejects(shop.start(more).ended, { kind: 'exists', code: 'joiner-busy' });
  await first.level();
  shop.assertEqual();
  process.kill(agentWith(shop.lead), 'SIGKILL');
  await assert.rejects(first.ended, { kind: 'unreachable' });
  const { ended, events } = shop.start({ restart: true, follow: false });
  await ended;
  assert.ok(events.some((event) => event.type === 'progress' && event.phase === 'snapshot'));
  shop.assertEqual();
  shop.assertClean();
});

test('a joiner that is taken away from the run that follows it is told as such', async (t) => {
  const shop = shopOf(t);
  const run = shop.start();
  await run.until(isFollowing);
  await run.level();
  const [checkpoint] = schemaOf(shop.joiner).filter((entry) =>
    entry.startsWith('table _foresync_checkpoint'),
  );
  database(t, shop.joiner).exec(`DROP TABLE items; DROP TABLE "${checkpoint?.split(' ')[1]}"`);
  database(t, shop.lead).exec('DELETE FROM items WHERE id < 20');
  await assert.rejects(run.ended, { kind: 'exists', code: 'joiner-busy', message: /has taken .* over/ });
});

test('a joiner of another name is not built over one that is followed', async (t) => {
  const shop = shopOf(t);
  await abandoned(shop);
  const joiner = {
    name: 'other',
    host: { kind: 'local' },
    store: { kind: 'sqlite', path: shop.joiner },
  } as const;
  await assert.rejects(shop.start({ joiner }).ended, { code: 'joiner-has-table' });
  await shop.start({ follow: false }).ended;
  shop.assertClean();
});

test('the log does not grow with all that is ever written', async (t) => {
  const shop = shopOf(t);
  const run = shop.start();
  await run.until(isFollowing);
  const writer = database(t, shop.lead);
  const [log] = schemaOf(shop.lead)
    .filter((entry) => entry.startsWith('table _foresync_delta'))
    .map((entry) => entry.split(' ')[1]);
  const logged = () => writer.prepare(`SELECT count(*) FROM "${log}"`).pluck().get() as number;
  for (let part = 0; part < 6; part++) {
    writer.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
       INSERT INTO items(body) SELECT ${part} FROM n`,
    );
    await run.level();
  }
  await run.level();
  assert.ok(logged() <= 26_000, `${logged()} keys`);
  const delta = log?.replace('capture', 'delta');
  assert.equal(writer.prepare(`SELECT count(*) FROM "${delta}"`).pluck().get(), logged());
  run.stop();
  await run.ended;
  shop.assertEqual();
  assert.ok(existsSync(shop.joiner));
});

test('a transaction of an application that lasts does not end it', async (t) => {
  const shop = shopOf(t);
  const run = shop.start({ retries: 5 });
  await run.until(isFollowing);
  const application = new Database(shop.joiner);
  t.after(() => application.close());
  application.exec('BEGIN IMMEDIATE');
  database(t, shop.lead).exec('DELETE FROM items WHERE id < 20');
  await run.until((event) => event.type === 'note' && /stayed locked/.test(event.text));
  application.exec('COMMIT');
  await run.level();
  shop.assertEqual();
  run.stop();
  await run.ended;
});
