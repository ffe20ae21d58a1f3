import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { CliResult } from '../../support/cli.ts';
import { assertSameDump, dumpedBy } from '../../support/dump.ts';
import { schemaOf } from '../../support/tables.ts';
import { horizonMs, logText, makeStage, type Stage } from './stage.ts';
import { copyStock, salesIn, Till } from './stock.ts';

/** Well above chance, which gives a tenth of the keys a tenth of the reads. */
const floor = 0.35;

describe('a replica joins an online shop over ssh while it sells', () => {
  let stage: Stage;
  let schema: string[];
  before(async () => {
    stage = await makeStage();
    schema = schemaOf(stage.file('lead.db'));
  });
  after(() => stage.close());

  const join = (name: string) => [
    ...['add-replica', name, '--host', stage.sshd.destination, '--plan', 'plan.jsonl'],
    // The trace is of years ago.
    '--allow-stale-plan',
    ...['--store', `sqlite:${stage.file(`joiners/${name}.db`)}`],
  ];

  test('logs give a plan, the plan comes first, and both sides end equal', async (t) => {
    t.diagnostic(`the trace: ${stage.source}; compared by ${dumpedBy}`);
    const analyzed = jsonOf(await stage.run('analyze', '--json'));
    assert.equal(analyzed.events, stage.before.length);
    const budget = Math.floor(stage.codes / 10);
    const at = new Date(stage.originMs).toISOString();
    const flags = [
      '--at',
      at,
      '--horizon',
      '24h',
      '--budget-keys',
      `${budget}`,
      '--time-budget',
      '0.5',
      '--json',
    ];
    const planned = jsonOf(await stage.run('plan', ...flags));
    assert.ok(planned.keys > budget / 2 && planned.keys <= budget, `${planned.keys} of ${budget} keys`);

    const seller = stage.seller();
    await seller.goesOn();
    const warmed = jsonOf(await stage.run('prefetch', '--json'));
    assert.equal(warmed.donors.length, 3);
    await seller.goesOn();
    const before = sales('lead.db');
    const joined = await stage.run(...join('east'));
    await seller.end();

    assert.equal(joined.exitCode, 0, joined.stderr);
    assert.ok(joined.stderr.indexOf('hot-ready') > 0, joined.stderr);
    assert.ok(joined.stderr.indexOf('hot-ready') < joined.stderr.indexOf('in sync'));
    assert.match(joined.stderr, /verified {2}.*, 0 differences/);
    assert.ok(sales('joiners/east.db') > before, 'nothing was sold meanwhile');
    await assertEqual('east');
    assertNothingLeft();

    const runId = /foresync metrics (\w+)/.exec(joined.stdout)?.[1] ?? '';
    writeFileSync(stage.file('east.tsv'), logText(stage.following));
    const { run } = jsonOf(await stage.run('metrics', runId, '--log', 'east.tsv', '--json'));
    assert.equal(run.figures.plan.sentKeys, planned.keys);
    assert.ok(run.figures.moved.delta.rows > 0);
    const { reads, hits } = run.cameTrue.plan;
    assert.deepEqual({ reads, hits }, countHits());
    t.diagnostic(`${hits} of ${reads} reads in the 24 h after ${at} were of ${planned.keys} planned keys`);
    assert.ok(hits / reads >= floor, `hit rate ${hits / reads}`);
  });

  for (const { how, signal, exitCode } of [
    { how: 'stopped by ctrl-C', signal: 'SIGINT', exitCode: 75 },
    { how: 'killed', signal: 'SIGKILL', exitCode: null },
  ] as const) {
    test(`${how} in the middle of the snapshot, the same command goes on and ends equal`, async () => {
      const name = signal.toLowerCase();
      const seller = stage.seller();
      await seller.goesOn();
      // The agent is there already, so what passes is the handshake, the hot rows, and half of the snapshot.
      const shut = stage.gate.shutAfter(stage.codes * 100);
      const first = stage.start(...join(name));
      await Promise.race([shut, first.ended]);
      await first.says(/snapshot {2}running/);
      first.kill(signal);
      if (signal === 'SIGKILL') await first.ended;
      stage.gate.open();
      const { exitCode: code, stderr } = await first.ended;
      assert.equal(code, exitCode, stderr);
      if (exitCode === 75) assert.match(stderr, /✗ Stopped; .*\n {2}→ The same command goes on/);
      assert.ok(!existsSync(stage.file(`joiners/${name}.db`)), 'half a table is there');
      assert.notDeepEqual(schemaOf(stage.file('lead.db')), schema, 'capture goes on');

      await seller.goesOn();
      const second = await stage.run(...join(name));
      await seller.end();
      assert.equal(second.exitCode, 0, second.stderr);
      const kept = Number(/resumed {2}([\d,]+) rows/.exec(second.stderr)?.[1]?.replaceAll(',', ''));
      assert.ok(kept > 0, second.stderr);
      await assertEqual(name);
      assertNothingLeft();
    });
  }

  const sales = (name: string): number => salesIn(stage.file(name));

  /** The joiner, given what was sold after it was in sync, is the lead. */
  async function assertEqual(name: string): Promise<void> {
    const joiner = stage.file(`joiners/${name}.db`);
    const later = stage.file(`${name}-later.db`);
    await copyStock(joiner, later);
    const till = new Till(later, readFileSync(stage.file('sales.txt'), 'utf8').split('\n'));
    for (const sold = sales('lead.db'); till.sales < sold; ) till.sell();
    till.close();
    assertSameDump(later, stage.file('lead.db'), `${name} and the lead`);
    assert.equal(statSync(joiner).mode & 0o777, 0o600, 'it is for its owner alone');
  }

  function assertNothingLeft(): void {
    for (const donor of ['lead', 'follower', 'laggard'])
      assert.deepEqual(schemaOf(stage.file(`${donor}.db`)), schema, donor);
    const caches = readdirSync(stage.file('cache'), { recursive: true }).map(String);
    assert.deepEqual(
      caches.filter((entry) => entry.endsWith('.db')),
      [],
    );
    assert.deepEqual(
      readdirSync(stage.file('joiners')).filter((entry) => !/^\w+\.db(-wal|-shm)?$/.test(entry)),
      [],
    );
  }

  function countHits(): { reads: number; hits: number } {
    const [header = '', ...entries] = readFileSync(stage.file('plan.jsonl'), 'utf8').trimEnd().split('\n');
    assert.equal(JSON.parse(header).horizonMs, horizonMs);
    const keys = new Set(entries.map((entry) => JSON.parse(entry).key as string));
    const hits = stage.following.filter(({ key }) => keys.has(key));
    return { reads: stage.following.length, hits: hits.length };
  }
});

// biome-ignore lint/suspicious/noExplicitAny: what a command prints is looked at as a script would
function jsonOf({ exitCode, stdout, stderr }: CliResult): any {
  assert.equal(exitCode, 0, stderr + stdout);
  return JSON.parse(stdout);
}
