import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { runAndKill } from '../support/run-and-kill.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../support/shop-writer.ts';
import { rowsOf, schemaOf, temporaryFolder } from '../support/tables.ts';

const rows = 25_000;
const stories = Math.max(2, Math.floor(Number(process.env.FORESYNC_FAULT_RUNS ?? 300) / 150));

function planText(): string {
  const origin = new Date().toISOString();
  const entries = Array.from({ length: 500 }, (_, index) => ({
    ...{ key: 40 * (index + 1), confidence: 0.9, expectedAt: origin, expectedReads: 1, expectedWrites: 0 },
    ...{ donor: 'east', model: 'test' },
  }));
  const header = {
    ...{ kind: 'foresync.plan', version: 1, group: 'shop', table: 'items', model: 'test' },
    ...{ entries: entries.length, origin, horizonMs: 86_400_000, minConfidence: 0, expectedHitRate: 0.5 },
  };
  return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

for (const flags of [['--publish-at', 'hot-ready'], ['--follow'], ['--publish-at', 'hot-ready', '--follow']])
  for (let story = 1; story <= stories; story++) {
    test(`killed again and again with ${flags.join(' ')}, the replica ends equal (${story})`, async (t) => {
      const folder = temporaryFolder(t);
      const [shop, before, joiner] = ['shop.db', 'before.db', 'joiner.db'].map((name) =>
        path.join(folder, name),
      );
      assert.ok(shop && before && joiner);
      makeShop(shop, rows);
      copyFileSync(shop, before);
      writeFileSync(
        path.join(folder, 'foresync.yaml'),
        'group: shop\ntable: items\nlead: east\nreplicas: { east: { store: "sqlite:shop.db" } }\n',
      );
      writeFileSync(path.join(folder, 'plan.jsonl'), planText());
      const writer = await startShopWriter(t, shop, rows);
      const add = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiner.db'];
      const ends: (number | null)[] = [];
      for (let attempt = 0; attempt < 6; attempt++)
        ends.push(await runAndKill([...add, ...flags], folder, 3 + ((story * 7 + attempt * 5) % 17)));
      assert.ok(ends.includes(null), `it was killed: ${ends}`);
      assert.ok(
        ends.every((end) => end === null || end === 0 || end === 73),
        `it ended: ${ends}`,
      );
      // The last one takes away what is left, or finds that nothing is.
      const last = await runCli([...add, ...flags.filter((flag) => flag !== '--follow')], { cwd: folder });
      assert.ok([0, 73].includes(last.exitCode ?? -1), last.stderr);
      await writer.stop();
      replayShop(before, writesIn(joiner), rows);
      assert.ok(
        rowsOf(joiner, 'items').join('\n') === rowsOf(before, 'items').join('\n'),
        "every row is as it was after one of the writer's transactions",
      );
      assert.deepEqual(schemaOf(shop), schemaOf(before));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes('foresync-')),
        [],
      );
      assert.ok(!schemaOf(joiner).some((entry) => entry.includes(' _foresync')));
    });
  }
