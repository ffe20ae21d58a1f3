import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { quoted } from '../../support/tables.ts';
import type { Case } from './case.ts';
import type { RunPlace } from './ground.ts';
import { planKeys, planText } from './plan-keys.ts';
import { applyWrite, markKey, markSql } from './writes.ts';

/** The files of a case, each kind of place in a folder of its own, so that one of them can be a small disk. */
export interface Stage extends RunPlace {
  lead: string;
  /** As the lead was before the writer began. */
  before: string;
  west: string;
  joiner: string;
  keyValues: string[];
}

/** Makes the databases and the configuration of a case. */
export function makeStage(chosen: Case, folder: string, sharedCache: string): Stage {
  const cache = chosen.isFreshHost || needsOwnCache(chosen) ? path.join(folder, 'cache') : sharedCache;
  const places = ['donor', 'other', 'joiner', 'cache', 'marks'];
  for (const place of places) mkdirSync(path.join(folder, place), { recursive: true });
  const file = (...parts: string[]) => path.join(folder, ...parts);
  const lead = file('donor', 'lead.db');
  const keyValues = makeLead(chosen, lead);
  const stage: Stage = {
    ...{ folder, lead, cache, keyValues },
    before: file('before.db'),
    west: file('other', 'west.db'),
    joiner: file('joiner', 'joiner.db'),
    plan: file('plan.jsonl'),
  };
  copyFileSync(lead, stage.before);
  if (chosen.hasWest) {
    copyFileSync(lead, stage.west);
    lag(chosen, stage);
  }
  if (chosen.joinerExists) {
    const db = new Database(stage.joiner);
    db.pragma(`encoding = '${chosen.table.encoding}'`);
    db.exec('CREATE TABLE "not of the group"(a PRIMARY KEY, b); INSERT INTO "not of the group" VALUES(1, 2)');
    db.close();
  }
  writeConfig(chosen, stage);
  if (chosen.plan !== 'none') writePlan(chosen, stage);
  return stage;
}

function needsOwnCache(chosen: Case): boolean {
  return chosen.faults.some((fault) => fault.kind === 'disk-full' && fault.where === 'cache');
}

/** Returns the writer's own key, as SQL. */
function makeLead(chosen: Case, file: string): string[] {
  const { table } = chosen;
  const db = new Database(file);
  db.pragma(`encoding = '${table.encoding}'`);
  db.pragma(`journal_mode = ${table.journal}`);
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = ON');
  if (chosen.isChild) db.exec(parents);
  for (const sql of table.create) db.exec(chosen.isChild ? asChild(sql) : sql);
  const types = db.pragma(`table_xinfo(${quoted(table.name)})`) as { name: string; type: string }[];
  const typeOf = (column: string) => types.find(({ name }) => name === column)?.type ?? '';
  const keyValues = table.key.map((column) => markKey(typeOf(column)));
  const mark = markSql(table, keyValues, 0);
  const keyTerms = table.key.map((column) => (/INT|REAL/i.test(typeOf(column)) ? 'i + 100' : "'row ' || i"));
  const insert = (count: number, bytes: number, from: number) =>
    `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + count - 1})
     INSERT INTO ${quoted(table.name)}(${table.key.join(', ')}, u, v, w)
     SELECT ${keyTerms.join(', ')}, 'u' || i, ${bytes > 0 ? `randomblob(${bytes})` : '1000 + i'}, ${chosen.isChild ? 2 : '1000 + i'} FROM n`;
  if (chosen.rows > 0) db.exec(insert(chosen.rows, chosen.rowBytes, 1));
  if (chosen.largeRowBytes > 0) db.exec(insert(1, chosen.largeRowBytes, 1_000_000));
  for (const sql of chosen.firstWrites) applyWrite(db, sql, mark);
  db.close();
  return keyValues;
}

const parents = `CREATE TABLE "parents of them"(p PRIMARY KEY);
  INSERT INTO "parents of them" VALUES(1), (0.1), ('x'), (2)`;

function asChild(sql: string): string {
  return sql.replace(
    ', w REAL',
    ', w REAL REFERENCES "parents of them"(p) ON UPDATE CASCADE ON DELETE SET NULL',
  );
}

/** The other donor has older rows, and some that the lead never had. */
function lag(chosen: Case, { west }: Stage): void {
  const db = new Database(west);
  db.pragma('foreign_keys = OFF');
  for (const sql of chosen.writes.slice(0, 3)) applyWrite(db, sql, 'SELECT 1');
  db.close();
}

function writeConfig(chosen: Case, stage: Stage): void {
  const replica = (host: string, file: string) => ({ host, store: `sqlite:${file}` });
  const config = {
    ...{ group: 'faults', table: chosen.table.name, lead: 'lead' },
    replicas: {
      lead: replica('lead', stage.lead),
      ...(chosen.hasWest && { west: replica('west', stage.west) }),
    },
  };
  // JSON is YAML.
  writeFileSync(path.join(stage.folder, 'foresync.yaml'), JSON.stringify(config));
}

function writePlan(chosen: Case, stage: Stage): void {
  const donors = chosen.hasWest ? ['lead', 'west', 'nobody'] : ['lead'];
  writeFileSync(stage.plan, planText(chosen.table.name, planKeys(chosen, stage.before), donors));
}
