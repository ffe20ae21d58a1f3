import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type AddReplicaOptions, addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { finishAddReplica } from '../../../src/core/sync/finish-add-replica.ts';
import { foldRun } from '../../../src/core/sync/fold.ts';
import type { HookOptions } from '../../../src/core/sync/hooks.ts';
import type { RunSnapshot } from '../../../src/core/sync/snapshot.ts';
import { spawnWithExeca } from '../../../src/core/transport/spawn-with-execa.ts';
import { agentWith, localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { type TestContext, temporaryFolder } from '../../support/tables.ts';

const rows = 20_000;
const templates = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-'));
const template = path.join(templates, 'shop.db');
before(() => makeShop(template, rows));
after(() => rmSync(templates, { recursive: true, force: true }));

const plan = planOf({ lead: [1, 2, 3, 999_999] });

function shopOf(t: TestContext) {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  copyFileSync(template, lead);
  const optionsOf = (
    lines: HookOptions['lines'],
    more: Partial<AddReplicaOptions> & { earlier?: RunSnapshot } = {},
    watch: (event: RunEvent) => void = () => undefined,
  ) => {
    const { earlier, ...others } = more;
    const env = { PATH: process.env.PATH, FOLDER: folder };
    const hooks = { lines, earlier, env, spawn: spawnWithExeca };
    const wait = async () => undefined;
    return watchedRun(localGroup(folder, { lead }), joiner, { plan, hooks, wait, ...others }, watch);
  };
  const run = (...args: Parameters<typeof optionsOf>) => {
    const { options, events } = optionsOf(...args);
    return { options, events, ended: addReplica(options) };
  };
  const said = (name: string) => {
    const file = path.join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  return { folder, lead, joiner, optionsOf, run, said };
}

const note = (name: string) => `echo "$FORESYNC_EVENT" >> "$FOLDER/${name}"`;
const warnings = (events: RunEvent[]) =>
  events.flatMap((event) => (event.type === 'note' && event.level === 'warning' ? [event.text] : []));

test('both commands are run once each, and told what there is in their environment', async (t) => {
  const shop = shopOf(t);
  const line = `${note('said')}; env | grep ^FORESYNC_ | sort > "$FOLDER/$FORESYNC_EVENT"`;
  const { ended, options, events } = shop.run({ 'hot-ready': line, synced: line });
  const { watermark } = await ended;
  assert.deepEqual(shop.said('said'), ['hot-ready', 'synced']);
  const told = (event: string, more: string[]) => [
    `FORESYNC_EVENT=${event}`,
    'FORESYNC_GROUP=shop',
    'FORESYNC_JOINER=joiner',
    'FORESYNC_JOINER_HOST=local',
    'FORESYNC_LEAD=lead',
    ...more,
    `FORESYNC_RUN_ID=${options.runId}`,
    `FORESYNC_STORE=sqlite:${shop.joiner}`,
    'FORESYNC_TABLE=items',
  ];
  assert.deepEqual(shop.said('hot-ready'), told('hot-ready', ['FORESYNC_ROWS=3']));
  assert.deepEqual(
    shop.said('synced'),
    [...told('synced', [`FORESYNC_ROWS=${rows + 1}`]), `FORESYNC_WATERMARK=${watermark}`].sort(),
  );
  assert.deepEqual(foldRun(events).hooks, [
    { hook: 'hot-ready', state: 'done', exitCode: 0 },
    { hook: 'synced', state: 'done', exitCode: 0 },
  ]);
});

test('the copy goes on while a command runs, and the run ends when that has ended', async (t) => {
  const shop = shopOf(t);
  const go = path.join(shop.folder, 'go');
  // It waits for the copy to be over, and the run for it.
  const { ended, events } = shop.run(
    { 'hot-ready': `until [ -e "$FOLDER/go" ]; do sleep 0.05; done; ${note('said')}` },
    {},
    (event) => {
      if (event.type === 'phase' && event.phase === 'cleanup' && event.state === 'done')
        writeFileSync(go, '');
    },
  );
  await ended;
  assert.deepEqual(shop.said('said'), ['hot-ready']);
  const order = events.flatMap((event) =>
    event.type === 'hook'
      ? [event.state]
      : event.type === 'in-sync' || event.type === 'end'
        ? [event.type]
        : [],
  );
  assert.deepEqual(order, ['running', 'in-sync', 'done', 'end']);
});

test('one that fails is a warning, with what it said, and the run comes to its good end', async (t) => {
  const shop = shopOf(t);
  const talk = "printf 'a\\033[31mred\\033[0m\\n'; seq 100; exit 4";
  const { ended, events } = shop.run({ 'hot-ready': talk, synced: 'kill -9 $$' });
  await ended;
  assert.deepEqual(warnings(events), [
    '--on-hot-ready failed with exit code 4.',
    '--on-synced was ended by SIGKILL.',
  ]);
  const texts = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  assert.ok(texts.includes('on-hot-ready: a\\u001b[31mred\\u001b[0m'), texts.join('\n'));
  const output = texts.filter((text) => text.startsWith('on-hot-ready: '));
  assert.deepEqual([output.length, output.at(-1)], [51, 'on-hot-ready: what else it says is not shown.']);
  assert.deepEqual(foldRun(events).hooks, [
    { hook: 'hot-ready', state: 'failed', exitCode: 4 },
    { hook: 'synced', state: 'failed' },
  ]);
});

test('of a plan without keys nothing is hot-ready, and that is told', async (t) => {
  const shop = shopOf(t);
  const { ended, events } = shop.run({ 'hot-ready': note('said') }, { plan: planOf({}) });
  await ended;
  assert.deepEqual(shop.said('said'), []);
  assert.deepEqual(warnings(events), ['The plan holds no keys: --on-hot-ready is not run.']);
});

test('a run that loses its lead and connects anew runs each once', async (t) => {
  const shop = shopOf(t);
  let lost = false;
  const { ended } = shop.run({ 'hot-ready': note('said'), synced: note('said') }, { retries: 2 }, (event) => {
    if (event.type === 'hot-ready' && !lost) lost = process.kill(agentWith(shop.lead), 'SIGKILL');
  });
  await ended;
  assert.ok(lost);
  assert.deepEqual(shop.said('said').sort(), ['hot-ready', 'synced']);
});

/** A run that is stopped in its snapshot, with what is known of it then. */
async function stoppedRun(
  shop: ReturnType<typeof shopOf>,
  lines: HookOptions['lines'],
  until: RunEvent['type'],
) {
  const stop = new AbortController();
  let hookEnded = false;
  const { ended, events } = shop.run(lines, { signal: stop.signal }, (event) => {
    if (event.type === 'hook') hookEnded = event.state !== 'running';
    if (event.type === until && (until !== 'hook' || hookEnded)) stop.abort();
  });
  await assert.rejects(ended, { code: 'stopped' });
  return foldRun(events);
}

test('a run that goes on with another does not run again what had ended there', async (t) => {
  const shop = shopOf(t);
  const lines = { 'hot-ready': `${note('said')}; exit 5`, synced: note('said') };
  const earlier = await stoppedRun(shop, lines, 'hook');
  assert.deepEqual(earlier.hooks, [{ hook: 'hot-ready', state: 'failed', exitCode: 5 }]);
  const { ended, events } = shop.run(lines, { earlier });
  await ended;
  assert.deepEqual(shop.said('said'), ['hot-ready', 'synced']);
  assert.deepEqual(foldRun(events).hooks, [
    { hook: 'hot-ready', state: 'failed', exitCode: 5 },
    { hook: 'synced', state: 'done', exitCode: 0 },
  ]);
});

test('one that was ended with its run is run again by the next', async (t) => {
  const shop = shopOf(t);
  const stopping = { 'hot-ready': `${note('said')}; sleep 1000` };
  const stop = new AbortController();
  const first = shop.run(stopping, { signal: stop.signal }, (event) => {
    if (event.type === 'progress' && event.phase === 'snapshot') stop.abort();
  });
  await assert.rejects(first.ended, { code: 'stopped' });
  const earlier = foldRun(first.events);
  assert.deepEqual(earlier.hooks, [{ hook: 'hot-ready', state: 'stopped' }]);
  assert.deepEqual(warnings(first.events), ['--on-hot-ready was ended with the run.']);
  await shop.run({ 'hot-ready': note('again') }, { earlier }).ended;
  assert.deepEqual(shop.said('again'), ['hot-ready']);
});

test('a run that begins anew has its own moments', async (t) => {
  const shop = shopOf(t);
  const lines = { 'hot-ready': note('said') };
  const earlier = await stoppedRun(shop, lines, 'hook');
  await shop.run(lines, { earlier, restart: true }).ended;
  assert.deepEqual(shop.said('said'), ['hot-ready', 'hot-ready']);
});

test('a run that was killed behind in sync has its command run when it is finished', async (t) => {
  const shop = shopOf(t);
  const first = shop.run({});
  const result = await first.ended;
  const earlier = { ...foldRun(first.events), outcome: 'running' as const };
  const { options } = shop.optionsOf({ synced: note('said') }, { earlier });
  assert.deepEqual(await finishAddReplica(options, { ...result, mayBeBehind: false }), result);
  assert.deepEqual(shop.said('said'), ['synced']);
  const ended = { ...earlier, hooks: [{ hook: 'synced' as const, state: 'done' as const, exitCode: 0 }] };
  await finishAddReplica(shop.optionsOf({ synced: note('said') }, { earlier: ended }).options, {
    ...result,
    mayBeBehind: false,
  });
  assert.deepEqual(shop.said('said'), ['synced']);
});
