import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import type { ForesyncError } from '../../../src/core/errors.ts';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { phaseNames } from '../../../src/core/sync/events.ts';
import { agentWith, localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../../support/shop-writer.ts';
import { rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 25_000;
const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, rows));
after(() => rmSync(templates, { recursive: true, force: true }));

interface Shop {
  folder: string;
  lead: string;
  joiner: string;
  files: Record<string, string>;
}

function shopOf(t: TestContext, others: readonly string[] = []): Shop {
  const folder = temporaryFolder(t);
  const files = Object.fromEntries(
    ['lead', ...others].map((name) => [name, path.join(folder, `${name}.db`)]),
  );
  for (const file of Object.values(files)) copyFileSync(template, file);
  return { folder, files, lead: path.join(folder, 'lead.db'), joiner: path.join(folder, 'joiner.db') };
}

const run = (
  shop: Shop,
  more: Partial<AddReplicaOptions> = {},
  watch?: (event: RunEvent) => void,
): { events: RunEvent[]; ended: ReturnType<typeof addReplica> } => {
  const { options, events } = watchedRun(localGroup(shop.folder, shop.files), shop.joiner, more, watch);
  return { events, ended: addReplica(options) };
};

/** The joiner holds what the lead held after as many of the writer's transactions as the joiner says. */
function assertJoinerIsTheLeadOfItsMoment(shop: Shop): void {
  const model = path.join(shop.folder, 'model.db');
  copyFileSync(template, model);
  replayShop(model, writesIn(shop.joiner), rows);
  const [actual, expected] = [rowsOf(shop.joiner, 'items'), rowsOf(model, 'items')];
  assert.equal(actual.length, expected.length);
  assert.ok(
    actual.every((row, i) => row === expected[i]),
    'every row is the same',
  );
}

function assertNothingIsLeft(shop: Shop): void {
  for (const file of Object.values(shop.files)) assert.deepEqual(schemaOf(file), schemaOf(template));
  assert.deepEqual(
    readdirSync(shop.folder).filter((name) => name.includes('foresync')),
    [],
  );
}

const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T) =>
  events.filter((event): event is RunEvent & { type: T } => event.type === type);
const kill = (donorFile: string) => process.kill(agentWith(donorFile), 'SIGKILL');
const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

test('a replica is added while a writer goes on writing', async (t) => {
  const shop = shopOf(t);
  const writer = await startShopWriter(t, shop.lead, rows);
  const { ended, events } = run(shop, { plan: planOf({ lead: ids(1, 3000) }) });
  const { rows: published } = await ended;
  assert.ok(!existsSync(`${shop.joiner}-wal`));
  await writer.stop();
  assert.ok(writesIn(shop.lead) > writesIn(shop.joiner) && writesIn(shop.joiner) > 0);
  assertJoinerIsTheLeadOfItsMoment(shop);
  assert.equal(published, rowsOf(shop.joiner, 'items').length);
  assertNothingIsLeft(shop);
  assert.deepEqual(ofType(events, 'verified')[0]?.differences, 0);
  const order = events.map(({ type }) => type);
  assert.ok(order.indexOf('hot-ready') < order.indexOf('in-sync') && order.at(-1) === 'end');
});

test('a donor that lags behind costs time and never correctness', async (t) => {
  const shop = shopOf(t, ['east', 'west']);
  const lead = new Database(shop.lead);
  lead.exec(`UPDATE items SET body = 'newer' WHERE id BETWEEN 2000 AND 2500; DELETE FROM items WHERE id IN (2001, 2600);
    UPDATE items SET code = NULL WHERE id = 2702; UPDATE items SET code = 'code 2702' WHERE id = 2700`);
  lead.close();
  const plan = planOf({ lead: ids(1, 600), east: ids(1000, 600), west: ids(2000, 1200) });
  const { ended, events } = run(shop, { plan });
  await ended;
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assertNothingIsLeft(shop);
  const from = new Set(ofType(events, 'rows').map(({ donor, kind }) => `${donor} ${kind}`));
  for (const expected of ['lead hot', 'east hot', 'west hot', 'lead repair'])
    assert.ok(from.has(expected), expected);
  assert.equal(
    ofType(events, 'rows').filter(({ kind, donor }) => kind === 'repair' && donor !== 'lead').length,
    0,
  );
});

test('a lead that the plan asks nothing of gives a share of what another donor has still to give', async (t) => {
  const shop = shopOf(t, ['east']);
  const { ended, events } = run(shop, { plan: planOf({ east: ids(1, 12_000) }) });
  await ended;
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assertNothingIsLeft(shop);
  const hot = ofType(events, 'rows').filter(({ kind }) => kind === 'hot');
  assert.equal(
    hot.reduce((sum, { rows }) => sum + rows, 0),
    12_000,
  );
  assert.deepEqual([...new Set(hot.map(({ donor }) => donor))].sort(), ['east', 'lead']);
});

for (const moment of ['hot', 'snapshot', 'publish'] as const) {
  test(`a donor that dies in the phase ${moment} is done without`, async (t) => {
    const shop = shopOf(t, ['east']);
    const plan = planOf({ lead: ids(1, 1000), east: ids(5000, 8000) });
    const { ended, events } = run(shop, { plan }, (event) => {
      if (event.type === 'phase' && event.phase === moment && event.state === 'running')
        kill(shop.files.east ?? '');
    });
    await ended;
    assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
    assertNothingIsLeft(shop);
    assert.ok(ofType(events, 'note').some(({ level, text }) => level === 'warning' && text.includes('east')));
  });
}

test('a joiner that dies among the hot rows is not taken for a donor that fails', async (t) => {
  const shop = shopOf(t, ['east']);
  const plan = planOf({ lead: ids(1, 1000), east: ids(5000, 8000) });
  let killed = false;
  const { ended, events } = run(shop, { plan }, (event) => {
    if (event.type === 'rows' && event.kind === 'hot' && !killed)
      killed = kill(`${shop.joiner}.foresync-joining`);
  });
  await assert.rejects(ended, { kind: 'unreachable', code: 'agent-lost', message: /^joiner is lost/ });
  assert.deepEqual(
    ofType(events, 'donor').filter(({ state }) => state === 'lost'),
    [],
  );
});

test('a lead that dies stops the run, which goes on where it was', async (t) => {
  const shop = shopOf(t);
  let killed = false;
  const { ended } = run(shop, {}, (event) => {
    if (event.type === 'progress' && event.phase === 'snapshot' && !killed) killed = kill(shop.lead);
  });
  await assert.rejects(ended, (error: ForesyncError) => {
    assert.deepEqual([error.kind, error.code], ['unreachable', 'agent-lost']);
    assert.match(error.message, /^lead is lost/);
    assert.match(error.hint ?? '', /same command goes on/);
    return true;
  });
  const again = run(shop);
  await again.ended;
  assert.equal(ofType(again.events, 'resumed').length, 1);
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assertNothingIsLeft(shop);
});

test('stopped in whatever phase, the same run goes on and ends equal under writes', async (t) => {
  for (const phase of phaseNames.filter((name) => !['cache', 'follow', 'cleanup'].includes(name))) {
    const shop = shopOf(t);
    const writer = await startShopWriter(t, shop.lead, rows);
    const plan = planOf({ lead: ids(100, 1200) });
    const stop = new AbortController();
    const { ended } = run(shop, { plan, signal: stop.signal }, (event) => {
      if (event.type === 'phase' && event.phase === phase && event.state === 'running') stop.abort();
    });
    await assert
      .rejects(ended, { code: phase === 'connect' ? 'interrupted' : 'stopped' }, phase)
      .catch((error: unknown) => {
        // Once the joiner is in sync, its publication is not broken off.
        if (phase !== 'publish') throw error;
      });
    if (!existsSync(shop.joiner)) await run(shop, { plan }).ended;
    await writer.stop();
    assertJoinerIsTheLeadOfItsMoment(shop);
  }
});

test('a table that is there already is refused, and replaced where that is asked for', async (t) => {
  const shop = shopOf(t);
  const own = new Database(shop.joiner);
  own.exec(
    'CREATE TABLE mine(a); INSERT INTO mine VALUES(1); CREATE TABLE items(id INTEGER PRIMARY KEY, old); CREATE INDEX o ON items(old)',
  );
  own.close();
  await assert.rejects(run(shop).ended, { kind: 'exists', code: 'joiner-has-table' });
  assertNothingIsLeft(shop);
  await run(shop, { replace: true }).ended;
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assert.deepEqual(rowsOf(shop.joiner, 'mine'), ['integer 1']);
  assertNothingIsLeft(shop);
});

test('a plan of nonsense changes nothing but the order', async (t) => {
  const shop = shopOf(t);
  const keys = [
    'nonsense',
    "'; DROP TABLE items; --",
    '7',
    -5,
    1e300,
    { int: '9223372036854775807' },
    { base64: '' },
    [1, 2],
    '\0',
    7,
    7,
  ];
  await run(shop, { plan: planOf({ lead: keys, nobody: [8, 9] }) }).ended;
  assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
  assertNothingIsLeft(shop);
});

test('a table that is altered during the run ends it, with nothing left, and the next run takes it as it is', async (t) => {
  for (const sql of [
    'ALTER TABLE items ADD COLUMN more DEFAULT 5',
    'CREATE UNIQUE INDEX late ON items(id, body)',
  ]) {
    const shop = shopOf(t);
    let altered = false;
    const { ended } = run(shop, {}, (event) => {
      if (event.type !== 'rows' || altered) return;
      altered = true;
      const db = new Database(shop.lead);
      db.exec(sql);
      db.close();
    });
    await assert.rejects(ended, { kind: 'data', code: 'table-altered' });
    assert.deepEqual(
      readdirSync(shop.folder).filter((name) => name.includes('foresync')),
      [],
    );
    assert.ok(!schemaOf(shop.lead).some((line) => line.includes('_foresync')));
    await run(shop).ended;
    assert.deepEqual(rowsOf(shop.joiner, 'items'), rowsOf(shop.lead, 'items'));
    assert.deepEqual(
      schemaOf(shop.joiner).toSorted(),
      schemaOf(shop.lead)
        .filter((line) => !line.includes('others'))
        .toSorted(),
    );
  }
});

test("another run's capture is refused while it lives", async (t) => {
  const shop = shopOf(t);
  const stop = new AbortController();
  const first = watchedRun(
    localGroup(shop.folder, shop.files),
    path.join(shop.folder, 'first.db'),
    {
      joiner: {
        name: 'first',
        host: { kind: 'local' },
        store: { kind: 'sqlite', path: path.join(shop.folder, 'first.db') },
      },
      signal: stop.signal,
    },
    ({ type }) => {
      if (type === 'rows') stop.abort();
    },
  );
  await assert.rejects(addReplica(first.options), { code: 'stopped' });
  await assert.rejects(run(shop).ended, { kind: 'exists', code: 'capture-running' });
});

test('a folder that is not there, a file that is no database, a table that is not there: one error, nothing left', async (t) => {
  const shop = shopOf(t);
  const nowhere = { ...shop, joiner: path.join(shop.folder, 'no', 'such.db') };
  await assert.rejects(run(nowhere).ended, { kind: 'io', code: 'joiner-folder-missing' });
  const text = { ...shop, joiner: path.join(shop.folder, 'text.db') };
  writeFileSync(text.joiner, 'no database at all, but long enough to look at '.repeat(100));
  await assert.rejects(run(text).ended, { kind: 'data', code: 'store-corrupt' });
  const group = localGroup(shop.folder, shop.files, 'missing');
  await assert.rejects(run(shop, { group }).ended, { kind: 'data', code: 'table-missing' });
  await assert.rejects(run({ ...shop, joiner: shop.lead }).ended, { kind: 'usage', code: 'joiner-is-donor' });
  assertNothingIsLeft(shop);
});
