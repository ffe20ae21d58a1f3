import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { Orders } from '../../demo/orders.ts';
import { compare } from '../../demo/proof.ts';
import { Shop } from '../../demo/shop.ts';

const rows = 1000;
const inSyncAt = 450;
const last = 900;

let folder: string;
let lead: string;
let joiner: string;

/** A lead at transaction 900, and a joiner that is its state at 450, as add-replica leaves them. */
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-proof-'));
  lead = path.join(folder, 'lead.db');
  joiner = path.join(folder, 'joiner.db');
  const orders = new Orders({ seed: 7, rows, newcomers: 50 });
  const write = (from: number, to: number) => {
    const shop = new Shop(lead, 7);
    if (from === 1) shop.fill(rows);
    for (let version = from; version <= to; version++) shop.apply(orders.at(version));
    shop.close();
  };
  write(1, inSyncAt);
  copyFileSync(lead, joiner);
  write(inSyncAt + 1, last);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tamper(sql: string): void {
  const db = new Database(joiner);
  const { changes } = db.prepare(sql).run();
  db.close();
  assert.equal(changes, 1, 'one row is tampered with');
}

test('a joiner that stopped at an earlier transaction differs only by what was written later', () => {
  const proof = compare(lead, joiner);
  assert.equal(proof.version, inSyncAt);
  assert.equal(proof.unexplained, 0);
  assert.ok(proof.later > 100 && proof.equal > 100, JSON.stringify(proof));
});

const untouched = 'sku NOT IN (SELECT sku FROM changes) AND version = 0';
for (const [what, sql] of [
  [
    'a value that differs',
    `UPDATE items SET rating = rating + 1e-12 WHERE rowid = (SELECT min(rowid) FROM items WHERE ${untouched})`,
  ],
  [
    'a row that is missing',
    `DELETE FROM items WHERE rowid = (SELECT min(rowid) FROM items WHERE ${untouched})`,
  ],
  ['a row too many', "INSERT INTO items VALUES('NEW-1', '', '', '', 1, 1, 1, 0)"],
  [
    'a removed row that is still there',
    "INSERT INTO items SELECT sku, '', '', '', 1, 1, 1, 0 FROM changes WHERE what = 'removed' LIMIT 1",
  ],
  [
    'a hot row from before its last change',
    'UPDATE items SET version = version - 1 WHERE rowid = (SELECT rowid FROM items WHERE version > 0 AND version < 450 ORDER BY version LIMIT 1)',
  ],
] as const) {
  test(`${what} is found`, () => {
    tamper(sql);
    assert.equal(compare(lead, joiner).unexplained, 1);
  });
}
