import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock, systemWait } from '../../../src/core/clock.ts';
import { parseServeAddress, serveAddressText } from '../../../src/core/serve/address.ts';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { agentWith, localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { servingTable } from '../../support/serving-page.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../../support/shop-writer.ts';
import { rowsOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 6000;

interface LoggedRead {
  key: string;
  op: string;
  hit: boolean;
  by?: string;
}

interface Read {
  status: number;
  source: string | undefined;
  watermark: number;
  row: Record<string, unknown>;
}

/** A shop that is written to, and a run that builds a joiner which answers reads; slow enough to be read from. */
async function servedRun(t: TestContext, more: { bytesPerSecond: number; retries?: number; at?: string }) {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'lead.db');
  makeShop(lead, rows);
  const template = path.join(folder, 'template.db');
  copyFileSync(lead, template);
  const joinerFile = path.join(folder, 'joiner.db');
  const log = path.join(folder, 'reads.jsonl');
  const serving = Promise.withResolvers<string>();
  const changes = new EventEmitter();
  const { options, events } = watchedRun(
    localGroup(folder, { lead }),
    joinerFile,
    {
      plan: planOf({ lead: Array.from({ length: 300 }, (_, n) => 10 * n) }),
      pace: new Pace(more.bytesPerSecond, systemClock, systemWait),
      retries: more.retries ?? 0,
      serve: { address: more.at ?? path.join(folder, 'reads.sock'), log, readyAt: 0.9 },
    },
    (event: RunEvent) => {
      if (event.type === 'serving') serving.resolve(event.address);
      changes.emit(event.type);
    },
  );
  const ended = addReplica(options);
  ended.catch(serving.reject);
  const connections = new Agent({ keepAlive: true });
  t.after(() => connections.destroy());
  const read = async (target: string): Promise<Read> => {
    const address = parseServeAddress(await serving.promise);
    assert.equal(address.kind, 'unix');
    const socketPath = serveAddressText(address).slice('unix:'.length);
    const asked = request({ socketPath, path: target, agent: connections });
    asked.end();
    const [response] = await once(asked, 'response');
    const body = await text(response);
    return {
      status: response.statusCode,
      source: response.headers['x-foresync-source'],
      watermark: Number(response.headers['x-foresync-watermark']),
      row: JSON.parse(body) as Record<string, unknown>,
    };
  };
  return { folder, lead, template, joinerFile, log, events, changes, ended, read };
}

/** Runs until the server is gone, which ends it well. */
async function whileServed(work: () => Promise<void>): Promise<void> {
  try {
    for (;;) await work();
  } catch (error) {
    const { code } = error as { code?: string };
    if (!['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code ?? '')) throw error;
  }
}

test('rows are read from the first moment on, each fetched once, and none goes back in time', async (t) => {
  const shop = await servedRun(t, { bytesPerSecond: 300_000 });
  const writer = await startShopWriter(t, shop.lead, rows);
  let seen = -1;
  const sources = { joiner: 0, donor: 0 };
  let turn = 0;
  await whileServed(async () => {
    const key = (turn++ * 7919) % rows;
    const read = async (target: string) => {
      const answer = await shop.read(target);
      assert.ok(answer.status === 200 || answer.status === 404, String(answer.status));
      sources[answer.source as keyof typeof sources]++;
      return answer;
    };
    const targets = [`/v1/rows/${key}`, `/v1/rows/${key}`, '/v1/rows/0'];
    const [, , writes] = (await Promise.all(targets.map(read))) as [Read, Read, Read];
    assert.ok((writes.row.written as number) >= seen, `${writes.row.written} after ${seen}`);
    seen = writes.row.written as number;
  });
  await shop.ended;
  await writer.stop();
  assert.ok(sources.donor > 0 && sources.joiner > sources.donor, JSON.stringify(sources));
  const fetched = shop.events.filter((event) => event.type === 'rows' && event.kind === 'fetched');
  assert.ok(fetched.length > 0);
  const lines = readFileSync(shop.log, 'utf8').trimEnd().split('\n');
  const logged = lines.map((line) => JSON.parse(line) as LoggedRead);
  // Three at most were answered, and not received, when the server ended.
  const received = sources.donor + sources.joiner;
  assert.ok(logged.length >= received && logged.length <= received + 3, `${logged.length}, ${received}`);
  assert.ok(logged.filter(({ hit }) => !hit).length >= sources.donor);
  assert.ok(logged.every(({ op }) => op === 'read'));
  const planned = (key: string) => Number(key) < 3000 && Number(key) % 10 === 0;
  for (const { key, hit, by } of logged) {
    // What nobody fetches any more is waited for until all rows are there.
    if (!hit) assert.notEqual(by, 'plan', key);
    else assert.ok(planned(key) || by !== 'plan', key);
  }
  // A planned key that had no row when its turn came may get one before the snapshot passes it.
  const ofPlanned = (wanted: string) => logged.filter(({ key, by }) => planned(key) && by === wanted).length;
  assert.ok(ofPlanned('plan') > ofPlanned('snapshot'), `${ofPlanned('plan')}, ${ofPlanned('snapshot')}`);
  // Those that were waited for when the server ended have come by nothing.
  const all = ['delta', 'plan', 'read-through', 'snapshot'];
  assert.deepEqual([...new Set(logged.flatMap(({ by }) => by ?? []))].sort(), all);
  const model = path.join(shop.folder, 'model.db');
  copyFileSync(shop.template, model);
  replayShop(model, writesIn(shop.joinerFile), rows);
  assert.deepEqual(rowsOf(shop.joinerFile, 'items'), rowsOf(model, 'items'));
});

test('a row that is nowhere is told as such, and the status tells how reads go', async (t) => {
  const shop = await servedRun(t, { bytesPerSecond: 300_000 });
  const nowhere = await shop.read(`/v1/rows/${rows + 5}`);
  assert.deepEqual([nowhere.status, nowhere.source], [404, 'donor']);
  const again = await shop.read(`/v1/rows/${rows + 5}`);
  assert.deepEqual([again.status, again.source], [404, 'joiner']);
  // No row can have it, so nobody is asked.
  assert.equal((await shop.read('/v1/rows/no-number')).status, 400);
  const status = (await shop.read('/v1/status')).row;
  assert.deepEqual([status.reads, status.whole, status.ready], [2, false, false]);
  // Of a few reads there is no rate.
  const documented = servingTable('field', '## Status').map(([name]) => name);
  assert.deepEqual([...Object.keys(status), 'recentHitRate'].sort(), documented.sort());
  await shop.ended;
  const served = shop.events.filter((event) => event.type === 'served').at(-1);
  assert.equal(served?.type === 'served' && served.reads, 2);
  const { serving } = foldRun(shop.events);
  assert.deepEqual(serving?.log, { host: 'local', file: shop.log });
  assert.equal(serving?.sinceMs, shop.events.find(({ type }) => type === 'serving')?.atMs);
});

test('while the lead hangs or is away what is here is answered, and the rest when it is back', async (t) => {
  const shop = await servedRun(t, { bytesPerSecond: 200_000, retries: 3 });
  const key = 1;
  assert.equal((await shop.read(`/v1/rows/${key}`)).source, 'donor');
  const lost = once(shop.changes, 'lost');
  process.kill(agentWith(shop.lead), 'SIGSTOP');
  const late = await shop.read(`/v1/rows/${rows - 3}`);
  assert.deepEqual([late.status, (late.row.error as { code: string }).code], [503, 'late']);
  process.kill(agentWith(shop.lead), 'SIGKILL');
  await lost;
  assert.equal((await shop.read(`/v1/rows/${key}`)).source, 'joiner');
  assert.equal((await shop.read(`/v1/rows/${rows - 2}`)).status, 503);
  await shop.ended;
  assert.deepEqual(rowsOf(shop.joinerFile, 'items'), rowsOf(shop.lead, 'items'));
});

test('a run that everybody may read from warns of it', async (t) => {
  const shop = await servedRun(t, { bytesPerSecond: 1e9, at: '0.0.0.0:0' });
  await shop.ended;
  const warned = shop.events.filter((event) => event.type === 'note' && event.level === 'warning');
  assert.match(
    JSON.stringify(warned),
    /Everybody who reaches 0\.0\.0\.0:\d+ over the network reads the table/,
  );
});
