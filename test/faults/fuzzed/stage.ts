import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { readTableShape, type TableShape } from '../../../src/core/store/sqlite/table-shape.ts';

/** Three columns are carried, and the key is one: images are made to fit that. */
const tables = {
  unique: 'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)',
  /** Nothing but the rowid orders these: a joiner's pages are put together past SQLite. */
  plain: 'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT, v)',
  strict: 'CREATE TABLE items(id INTEGER PRIMARY KEY AUTOINCREMENT, k TEXT NOT NULL, v ANY) STRICT',
};
export type StageTable = keyof typeof tables;
export const stageTables = Object.keys(tables) as StageTable[];

/** What the donor's `items` hold. */
export const stageRows = 200;

/** A host's files: a donor's store, a joiner's place with another table in it, and what concerns no agent. */
export interface Stage {
  folder: string;
  donor: string;
  joiner: string;
  /** A place where no file is yet. */
  newcomer: string;
  bystander: string;
  /** Where agents run: deep enough that a path that climbs out of it is still on the stage. */
  cwd: string;
  shape: TableShape;
  remove(): void;
}

export function makeStage(table: StageTable, rows = stageRows): Stage {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-fuzz-'));
  const at = (name: string) => path.join(folder, name);
  for (const name of ['donor', 'joiner', 'bystander', 'cwd/a/b/c/d/e', 'cache'])
    mkdirSync(at(name), { recursive: true });
  const stage = {
    folder,
    donor: at('donor/shop.db'),
    joiner: at('joiner/shop.db'),
    newcomer: at('joiner/shop.db-new'),
    bystander: at('bystander/own.db'),
    cwd: at('cwd/a/b/c/d/e'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const schema = `${tables[table]}; CREATE INDEX by_v ON items(v) WHERE v IS NOT NULL;
    CREATE TABLE other(a, b); INSERT INTO other VALUES(1, 'not yours')`;
  const fill = `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${rows}) INSERT INTO items SELECT id, 'key ' || id, id FROM n`;
  make(stage.donor, `${schema}; ${fill}`);
  make(stage.bystander, `${schema}; ${fill}`);
  make(stage.joiner, "CREATE TABLE other(a, b); INSERT INTO other VALUES(1, 'not yours')");
  writeFileSync(at('bystander/authorized_keys'), 'ssh-ed25519 AAAA\n');
  const db = new Database(stage.donor, { readonly: true });
  const shape = readTableShape(db, 'items');
  db.close();
  return { ...stage, shape };
}

function make(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}
