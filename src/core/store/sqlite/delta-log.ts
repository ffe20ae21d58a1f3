import { hash } from 'node:crypto';
import { sameKey } from './scan.ts';
import { all, quote } from './sql.ts';
import type { TableShape } from './table-shape.ts';

/**
 * The Delta Log of one table, as SQL: triggers that note, in the writer's own transaction, the key of every row that it changes. Every page
 * that they write goes to the application's WAL, so a note writes two: the last one of the log, and one of its index.
 *
 * - `delta` holds one row a key; a key that changes again moves to the end. Whoever notes a key inserts it, and the log's own trigger takes the
 *   older row away. No conflict clause of the writer's can drop the entry, for it conflicts with nothing; keys that are NULL are found by IS, and
 *   SQLite of any age runs it.
 * - `seq` is the rowid, which SQLite makes one more than the largest there is. The last row goes only once a later one is there, so that no
 *   number comes twice.
 * - `keys` is how many rows the log holds, and is true in the last one: a count elsewhere would be a page more.
 * - A row that REPLACE evicts through another UNIQUE index fires no delete trigger, so BEFORE triggers note whatever a
 *   write is about to evict (sqlite.org/lang_conflict.html).
 * - The log's trigger itself enforces budget and lease: past either it disarms the log and marks it broken, so that a
 *   forgotten run never fills a donor's disk. Otherwise `capture` is only read.
 */
export interface DeltaLogNames {
  capture: string;
  delta: string;
  /** There once the log was pruned, and tells up to which change. */
  pruned: string;
  triggers: {
    noted: string;
    inserted: string;
    /** For an update that keeps the key, and for one that does not. */
    updated: string;
    moved: string;
    deleted: string;
    beforeInsert: string;
    beforeUpdate: string;
  };
}

export function deltaLogNames(table: string): DeltaLogNames {
  const id = hash('sha256', table.toLowerCase(), 'hex').slice(0, 8);
  const named = (kind: string) => `_foresync_${kind}_${id}`;
  return {
    capture: named('capture'),
    delta: named('delta'),
    pruned: named('pruned'),
    triggers: {
      noted: named('an'),
      inserted: named('ai'),
      updated: named('au'),
      moved: named('am'),
      deleted: named('ad'),
      beforeInsert: named('bi'),
      beforeUpdate: named('bu'),
    },
  };
}

/** The statements that make a log's tables and triggers, as SQLite keeps them. */
export function deltaLogSql(shape: TableShape): { tables: string[]; triggers: string[] } {
  const names = deltaLogNames(shape.name);
  const kinds = names.triggers;
  const [capture, delta, table] = [quote(names.capture), quote(names.delta), quote(shape.name)];
  const keyColumns = shape.key.map(({ collation }, i) => `k${i} COLLATE ${collation}`);
  const trigger = (name: string, when: string, notes: readonly string[], but = '') =>
    `CREATE TRIGGER ${quote(name)} ${when} ON ${table} WHEN (SELECT armed FROM ${capture})${but} BEGIN ${notes.join(' ')} END`;
  const [noteOld, noteNew] = [note(shape, 'OLD'), note(shape, 'NEW')];
  const moved = shape.key
    .map(({ name, collation }) => `OLD.${quote(name)} IS NOT NEW.${quote(name)} COLLATE ${collation}`)
    .join(' OR ');
  const tables = [
    `CREATE TABLE ${capture}(id TEXT, armed INTEGER, broken TEXT, lease_until_s INTEGER, budget_keys INTEGER, definition TEXT)`,
    `CREATE TABLE ${delta}(seq INTEGER PRIMARY KEY, keys INTEGER, ${keyColumns.join(', ')})`,
    `CREATE INDEX ${quote(`${names.delta}_key`)} ON ${delta}(${logKey(shape)})`,
  ];
  const triggers = [
    notedTrigger(shape),
    trigger(kinds.inserted, 'AFTER INSERT', [noteNew]),
    trigger(kinds.updated, 'AFTER UPDATE', [noteNew], ` AND NOT (${moved})`),
    trigger(kinds.moved, 'AFTER UPDATE', [noteOld, noteNew], ` AND (${moved})`),
    trigger(kinds.deleted, 'AFTER DELETE', [noteOld]),
  ];
  const evicted = evictions(shape);
  if (evicted.length > 0) {
    const notes = (but: string) => evicted.map((row) => noteEvicted(shape, row + but));
    // Before an INSERT without a rowid NEW's is -1, so that a row could be taken for itself; before an UPDATE it is known.
    const butItself = ` AND NOT (${sameKey(shape, keyOf(shape, 'NEW'))})`;
    triggers.push(trigger(kinds.beforeInsert, 'BEFORE INSERT', notes('')));
    triggers.push(trigger(kinds.beforeUpdate, 'BEFORE UPDATE', notes(butItself)));
  }
  return { tables, triggers };
}

/** What becomes of a row that was put into the log: it is counted, takes the place of the one that had its key, and the log looks whether it may go on. */
function notedTrigger(shape: TableShape): string {
  const names = deltaLogNames(shape.name);
  const [capture, delta] = [quote(names.capture), quote(names.delta)];
  const older = all(['seq < NEW.seq', ...shape.key.map((_, i) => `k${i} IS NEW.k${i}`)]);
  const before = `(SELECT keys FROM ${delta} WHERE seq < NEW.seq ORDER BY seq DESC LIMIT 1)`;
  const keys = `(SELECT keys FROM ${delta} WHERE seq = NEW.seq)`;
  const nowSeconds = "CAST(strftime('%s', 'now') AS INTEGER)";
  return (
    `CREATE TRIGGER ${quote(names.triggers.noted)} AFTER INSERT ON ${delta} BEGIN ` +
    `UPDATE ${delta} SET keys = coalesce(${before}, 0) + 1 - EXISTS (SELECT 1 FROM ${delta} WHERE ${older}) WHERE seq = NEW.seq; ` +
    `DELETE FROM ${delta} WHERE ${older}; ` +
    `UPDATE ${capture} SET armed = 0, broken = CASE WHEN ${keys} > budget_keys THEN 'budget' ELSE 'lease' END ` +
    `WHERE ${keys} > budget_keys OR lease_until_s < ${nowSeconds}; END`
  );
}

function note(shape: TableShape, row: 'NEW' | 'OLD'): string {
  const delta = quote(deltaLogNames(shape.name).delta);
  return `INSERT INTO ${delta}(${logKey(shape)}) VALUES(${keyOf(shape, row).join(', ')});`;
}

function noteEvicted(shape: TableShape, evicted: string): string {
  const delta = quote(deltaLogNames(shape.name).delta);
  return `INSERT INTO ${delta}(${logKey(shape)}) SELECT ${keyOf(shape, 't').join(', ')} FROM ${quote(shape.name)} t WHERE ${evicted};`;
}

/** For each way in which a write can evict another row: the condition that finds that row as `t`. */
function evictions(shape: TableShape): string[] {
  const conditions = shape.uniques.map(({ columns, where }) =>
    all([
      ...columns.map(({ name, collation, fallback }) => {
        // What a NULL becomes where NOT NULL is resolved by REPLACE; a trigger BEFORE it still sees the NULL.
        const value = fallback ? `coalesce(NEW.${quote(name)}, ${fallback})` : `NEW.${quote(name)}`;
        return `t.${quote(name)} = ${value} COLLATE ${collation}`;
      }),
      ...(where ? [`(${where}\n)`] : []),
    ]),
  );
  if (shape.rowid !== undefined && !shape.rowidIsColumn)
    conditions.push(`t.${quote(shape.rowid)} = NEW.${quote(shape.rowid)}`);
  return conditions;
}

function keyOf(shape: TableShape, row: 'NEW' | 'OLD' | 't'): string[] {
  return shape.key.map(({ name }) => `${row}.${quote(name)}`);
}

/** The log's columns for a key: k0, k1, … */
function logKey(shape: TableShape): string {
  return shape.key.map((_, i) => `k${i}`).join(', ');
}
