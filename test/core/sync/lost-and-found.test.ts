import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { systemWait } from '../../../src/core/clock.ts';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { agentWith, localGroup, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { rowsOf, schemaOf, type TestContext, temporaryFolder } from '../../support/tables.ts';

const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, 25_000));
after(() => rmSync(templates, { recursive: true, force: true }));

function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  copyFileSync(template, lead);
  const run = (more: Partial<AddReplicaOptions>, watch: (event: RunEvent) => void) => {
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    const { options, events } = watchedRun(localGroup(folder, { lead }), joiner, { wait, ...more }, watch);
    return { waits, events, ended: addReplica(options) };
  };
  const assertEqual = () => {
    assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(lead, 'items'));
    assert.deepEqual(schemaOf(lead), schemaOf(template));
  };
  return { lead, staging: `${joiner}.foresync-joining`, run, assertEqual };
}

const inSnapshot = (event: RunEvent) => event.type === 'progress' && event.phase === 'snapshot';
const count = (events: RunEvent[], type: RunEvent['type']) =>
  events.filter((event) => event.type === type).length;

for (const [side, signal] of [
  ['lead', 'SIGKILL'],
  ['staging', 'SIGKILL'],
  ['lead', 'SIGSTOP'],
  ['staging', 'SIGSTOP'],
] as const) {
  test(`the ${side === 'lead' ? 'lead' : 'joiner'}, lost by ${signal}, is found again, and the run goes on`, async (t) => {
    const shop = shopOf(t);
    let lost = false;
    const { ended, events, waits } = shop.run({ retries: 2, stallTimeoutMs: 1000 }, (event) => {
      if (inSnapshot(event) && !lost) lost = process.kill(agentWith(shop[side]), signal);
    });
    await ended;
    assert.deepEqual(waits, [1000]);
    shop.assertEqual();
    assert.deepEqual(
      ['start', 'lost', 'resumed', 'end'].map((type) => count(events, type as RunEvent['type'])),
      [1, 1, 1, 1],
    );
    assert.equal(foldRun(events).resumed, false, 'what is there is its own');
    const note = events.find((event) => event.type === 'note' && event.level === 'warning');
    const words =
      signal === 'SIGKILL' ? /is lost: .*Trying again in 1 s \(1 of 2\)/ : /has not moved for 1 s/;
    assert.match(note?.type === 'note' ? note.text : '', words);
  });
}

test('tries without progress are counted, and the last one gives up, with the way on', async (t) => {
  const shop = shopOf(t);
  const { ended, waits, events } = shop.run({ retries: 3 }, (event) => {
    if (event.type === 'phase' && event.phase === 'snapshot' && event.state === 'running')
      process.kill(agentWith(shop.lead), 'SIGKILL');
  });
  await assert.rejects(ended, {
    kind: 'stopped',
    code: 'gave-up',
    message: /^lead is lost.*Gave up after 3 tries/,
    hint: /same command goes on/,
  });
  assert.deepEqual(waits, [1000, 2000, 4000]);
  assert.equal(count(events, 'end'), 1);
  await shop.run({}, () => undefined).ended;
  shop.assertEqual();
});

test('progress between two losses starts the count anew', async (t) => {
  const shop = shopOf(t);
  let losses = 0;
  let there = false;
  // Under a low limit chunks are small, and under this clock nobody waits: so there is enough to lose.
  let nowMs = 0;
  const pace = new Pace(1, { nowMs: () => (nowMs += 1e9) }, systemWait);
  const { ended, waits } = shop.run({ retries: 1, pace }, (event) => {
    if (event.type === 'phase' && event.phase === 'snapshot') there = event.state === 'running';
    if (!inSnapshot(event) || !there || losses === 3) return;
    losses++;
    there = !process.kill(agentWith(shop.lead), 'SIGKILL');
  });
  await ended;
  assert.deepEqual(waits, [1000, 1000, 1000]);
  shop.assertEqual();
});

test('a place that was never reached is not tried again', async (t) => {
  const shop = shopOf(t);
  const joiner = {
    name: 'joiner',
    host: { kind: 'ssh', destination: 'nobody.invalid' } as const,
    store: { kind: 'sqlite', path: '/x.db' } as const,
  };
  const { ended, waits, events } = shop.run({ retries: 3, joiner }, () => undefined);
  await assert.rejects(ended, { kind: 'unreachable' });
  assert.deepEqual(waits, []);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'phase' ? [[event.phase, event.state]] : [])),
    [
      ['connect', 'running'],
      ['connect', 'failed'],
    ],
  );
});
