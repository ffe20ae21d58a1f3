import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { readTableShape, type TableShape } from '../../../src/core/store/sqlite/table-shape.ts';

/** Three columns are carried, and the key is one: images are made to fit that. */
const schema = `CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v);
  CREATE INDEX by_v ON items(v) WHERE v IS NOT NULL;
  CREATE TABLE other(a, b); INSERT INTO other VALUES(1, 'not yours')`;

/** A host's files: a donor's store, a joiner's place with another table in it, and what concerns no agent. */
export interface Stage {
  folder: string;
  donor: string;
  joiner: string;
  bystander: string;
  /** Where agents run: deep enough that a path that climbs out of it is still on the stage. */
  cwd: string;
  shape: TableShape;
  remove(): void;
}

export function makeStage(): Stage {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-fuzz-'));
  const at = (name: string) => path.join(folder, name);
  for (const name of ['donor', 'joiner', 'bystander', 'cwd/a/b/c/d/e', 'cache'])
    mkdirSync(at(name), { recursive: true });
  const stage = {
    folder,
    donor: at('donor/shop.db'),
    joiner: at('joiner/shop.db'),
    bystander: at('bystander/own.db'),
    cwd: at('cwd/a/b/c/d/e'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const fill =
    "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 200) INSERT INTO items SELECT id, 'key ' || id, id FROM n";
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
