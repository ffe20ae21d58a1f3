import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { compressibility } from '../../bench/support/compressibility.ts';
import { writePlanFile } from '../../bench/support/plan-file.ts';
import { shopTable, writeShopFile } from '../../bench/support/shop-file.ts';
import { readPlan } from '../../src/core/plan/read-plan.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-shop-file-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a row takes 250 bytes, of which zstd leaves a third, and a seed gives the same file again', async () => {
  const [file, again] = ['a.db', 'b.db'].map((name) => path.join(folder, name)) as [string, string];
  for (const target of [file, again]) writeShopFile(target, { rows: 20_000, kind: 'integer', seed: 7 });
  assert.ok(readFileSync(file).equals(readFileSync(again)));
  const bytesPerRow = statSync(file).size / 20_000;
  assert.ok(bytesPerRow > 240 && bytesPerRow < 260, `${bytesPerRow} bytes a row`);
  const ratio = await compressibility(file);
  assert.ok(ratio > 2.8 && ratio < 3.3, `${ratio} to 1`);
});

test('a plan names rows that are there, none twice', async () => {
  for (const kind of ['integer', 'text'] as const) {
    const file = path.join(folder, `${kind}.db`);
    writeShopFile(file, { rows: 2000, kind, seed: 1 });
    const planFile = path.join(folder, `${kind}.jsonl`);
    writePlanFile(planFile, { group: 'bench', rows: 2000, keys: 400, kind, seed: 2 });
    const plan = await readPlan(planFile);
    const keys = new Set<unknown>();
    for await (const { key } of plan.entries()) keys.add(key);
    assert.equal(keys.size, 400);
    const db = new Database(file, { readonly: true });
    const found = db.prepare(`SELECT 1 FROM ${shopTable} WHERE ${kind === 'integer' ? 'id' : 'sku'} = ?`);
    for (const key of keys) assert.ok(found.get(key), `${key} is no row's`);
    db.close();
  }
});
