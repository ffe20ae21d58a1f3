import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runAndKill } from '../support/run-and-kill.ts';
import { makeShop, replayShop, startShopWriter, writesIn } from '../support/shop-writer.ts';
import { rowsOf, schemaOf, temporaryFolder } from '../support/tables.ts';

const rows = 25_000;
const stories = Math.max(2, Math.floor(Number(process.env.FORESYNC_FAULT_RUNS ?? 300) / 150));

for (let story = 1; story <= stories; story++) {
  test(`killed again and again, the same command ends with a joiner that is equal (${story})`, async (t) => {
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
    const writer = await startShopWriter(t, shop, rows);
    const args = ['add-replica', 'j', '--host', 'local', '--store', 'sqlite:joiner.db', '--no-plan'];
    const ends: (number | null)[] = [];
    for (let attempt = 0; ends.at(-1) !== 0 && attempt < 12; attempt++) {
      ends.push(await runAndKill(args, folder, attempt < 5 ? 1 + ((story * 7 + attempt * 5) % 11) : 1000));
    }
    await writer.stop();
    assert.ok(ends.includes(null), `it was killed: ${ends}`);
    assert.equal(ends.at(-1), 0, `it ended: ${ends}`);
    replayShop(before, writesIn(joiner), rows);
    assert.ok(
      rowsOf(joiner, 'items').join('\n') === rowsOf(before, 'items').join('\n'),
      'every row is the same',
    );
    assert.deepEqual(schemaOf(shop), schemaOf(before));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('foresync-')),
      [],
    );
  });
}
