import { hash } from 'node:crypto';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Connection, storeError } from './connection.ts';
import { logBroken, notCapturable } from './refusals.ts';
import { sameKey } from './scan.ts';
import { all, literal, quote } from './sql.ts';
import { definitionOf, type TableShape } from './table-shape.ts';

/**
 * The Delta Log of one table: triggers that note, in the writer's own transaction, the key of every row that it changes.
 *
 * - `delta` holds one row a key; a key that changes again moves to the end. DELETE and INSERT in place of an UPSERT: no
 *   conflict clause of the writer's can drop the entry, keys that are NULL are found by IS, and SQLite of any age runs it.
 * - `seq` is not unique: one write may evict several rows, and capture must never fail a writer.
 * - The sequence is a counter in `capture`, read in a chunk's own transaction to give its watermark.
 * - A plus before the column takes its affinity away: with it `k0`, which has none, would be converted before each
 *   comparison, and no index of it could be used.
 * - A row that REPLACE evicts through another UNIQUE index fires no delete trigger, so BEFORE triggers note whatever a
 *   write is about to evict (sqlite.org/lang_conflict.html).
 * - The trigger itself enforces budget and lease: past either it disarms the log and marks it broken, so that a
 *   forgotten run never fills a donor's disk.
 */
export interface CaptureNames {
  capture: string;
  delta: string;
  /** There once the log was pruned, and tells up to which change. */
  pruned: string;
  triggers: string[];
}

export interface CaptureState {
  id: string;
  /** Number of the last change noted. */
  watermark: number;
  /** Keys in the log. */
  keys: number;
  /** Why the log is broken, or undefined while it is whole. */
  broken: string | undefined;
  leaseUntilMs: number;
  budgetKeys: number;
}

export function captureNames(table: string): CaptureNames {
  const id = hash('sha256', table.toLowerCase(), 'hex').slice(0, 8);
  return {
    capture: `_foresync_capture_${id}`,
    delta: `_foresync_delta_${id}`,
    pruned: `_foresync_pruned_${id}`,
    triggers: ['ai', 'au', 'ad', 'bi', 'bu'].map((kind) => `_foresync_${kind}_${id}`),
  };
}

/**
 * Starts capture in one transaction. Returns the state of the capture that is there: a running one with the same id is
 * kept with the new lease and budget, so the call may be repeated; one with another id is refused, a broken or expired one
 * is replaced. With `instead` the one with that id is kept, under the new id, or else it throws `log-broken`.
 */
export function startCapture(
  db: Connection,
  shape: TableShape,
  options: {
    id: string;
    instead?: string | undefined;
    leaseUntilMs: number;
    budgetKeys: number;
    nowMs: number;
  },
): CaptureState {
  try {
    return db
      .transaction(() => {
        const present = readCapture(db, shape);
        const { id, instead, leaseUntilMs, budgetKeys } = options;
        if (present && [id, instead].includes(present.id) && !present.broken) {
          renewLease(db, shape, leaseUntilMs);
          setTerms(db, shape, { id, budgetKeys });
          return { ...present, id, leaseUntilMs, budgetKeys };
        }
        if (present && !present.broken && present.leaseUntilMs > options.nowMs) {
          throw new ForesyncError(
            'exists',
            'capture-running',
            `Another run captures ${printable(shape.name)} at the lead donor.`,
            {
              hint: "Wait for it: foresync status tells of it, and foresync abort ends it. One that nobody knows of, 'foresync prefetch --release' ends.",
            },
          );
        }
        if (instead !== undefined) throw logBroken(shape, present?.broken);
        dropCapture(db, shape);
        for (const sql of captureSql(shape, options)) db.exec(sql);
        rehearse(db, shape);
        return { id, watermark: 0, keys: 0, broken: undefined, leaseUntilMs, budgetKeys };
      })
      .immediate();
  } catch (error) {
    throw storeError(error, db.name);
  }
}

/**
 * Compiles each kind of write, and with it the triggers: SQLite looks at their bodies only then, and a trigger that does not
 * compile would fail the application's writes.
 */
function rehearse(db: Connection, shape: TableShape): void {
  const table = quote(shape.name);
  const column = quote(shape.columns[0]?.name ?? '');
  const writes = [
    `INSERT INTO ${table} DEFAULT VALUES`,
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
  ];
  for (const sql of writes) {
    try {
      db.prepare(`EXPLAIN ${sql}`).all();
    } catch (error) {
      throw notCapturable(shape, error);
    }
  }
}

/** Whether there is a capture of a table of that name, whatever has become of the table. */
export function isCaptured(db: Connection, table: string): boolean {
  const found = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(captureNames(table).capture);
  return found !== undefined;
}

/** The capture of this table, or undefined where there is none. It is broken where it began with another definition. */
export function readCapture(db: Connection, shape: TableShape): CaptureState | undefined {
  const { capture } = captureNames(shape.name);
  if (!isCaptured(db, shape.name)) return undefined;
  const row = db
    .prepare(
      `SELECT id, seq, keys, armed, broken, lease_until_s, budget_keys, definition FROM ${quote(capture)}`,
    )
    .get() as
    | {
        id: string;
        seq: number;
        keys: number;
        armed: number;
        broken: string | null;
        lease_until_s: number;
        budget_keys: number;
        definition: string;
      }
    | undefined;
  if (!row) return undefined;
  const altered = row.definition === definitionOf(shape) ? undefined : 'altered';
  return {
    id: row.id,
    watermark: row.seq,
    keys: row.keys,
    broken: row.broken ?? (row.armed === 1 ? altered : 'disarmed'),
    leaseUntilMs: row.lease_until_s * 1000,
    budgetKeys: row.budget_keys,
  };
}

export function renewLease(db: Connection, shape: { name: string }, leaseUntilMs: number): void {
  db.prepare(`UPDATE ${quote(captureNames(shape.name).capture)} SET lease_until_s = ?`).run(
    Math.ceil(leaseUntilMs / 1000),
  );
}

function setTerms(
  db: Connection,
  shape: { name: string },
  { id, budgetKeys }: { id: string; budgetKeys: number },
): void {
  db.prepare(`UPDATE ${quote(captureNames(shape.name).capture)} SET id = ?, budget_keys = ?`).run(
    id,
    Math.floor(budgetKeys),
  );
}

/** Removes every trace of capture. May be repeated. */
export function dropCapture(db: Connection, shape: { name: string }): void {
  const names = captureNames(shape.name);
  const drop = () => {
    for (const trigger of names.triggers) db.exec(`DROP TRIGGER IF EXISTS ${quote(trigger)}`);
    for (const table of [names.delta, names.pruned, names.capture])
      db.exec(`DROP TABLE IF EXISTS ${quote(table)}`);
  };
  if (db.inTransaction) drop();
  else db.transaction(drop).immediate();
}

function captureSql(
  shape: TableShape,
  options: { id: string; leaseUntilMs: number; budgetKeys: number },
): string[] {
  const names = captureNames(shape.name);
  const [capture, delta] = [quote(names.capture), quote(names.delta)];
  const [insert = '', update = '', remove = '', beforeInsert = '', beforeUpdate = ''] =
    names.triggers.map(quote);
  const table = quote(shape.name);
  const keyColumns = shape.key.map(({ collation }, i) => `k${i} COLLATE ${collation}`);
  const armed = `WHEN (SELECT armed FROM ${capture})`;
  const guard = guardStatement(capture);
  const sql = [
    `CREATE TABLE ${capture}(id TEXT, seq INTEGER, keys INTEGER, armed INTEGER, broken TEXT, lease_until_s INTEGER, budget_keys INTEGER, definition TEXT)`,
    `INSERT INTO ${capture} VALUES(${literal(options.id)}, 0, 0, 1, NULL, ${Math.ceil(options.leaseUntilMs / 1000)}, ${Math.floor(options.budgetKeys)}, ${literal(definitionOf(shape))})`,
    `CREATE TABLE ${delta}(seq INTEGER, ${keyColumns.join(', ')})`,
    `CREATE INDEX ${quote(`${names.delta}_seq`)} ON ${delta}(seq)`,
    `CREATE INDEX ${quote(`${names.delta}_key`)} ON ${delta}(${shape.key.map((_, i) => `k${i}`).join(', ')})`,
    `CREATE TRIGGER ${insert} AFTER INSERT ON ${table} ${armed} BEGIN ${noteKey(shape, 'NEW', names)} ${guard} END`,
    `CREATE TRIGGER ${update} AFTER UPDATE ON ${table} ${armed} BEGIN ${noteKey(shape, 'OLD', names)} ${noteKey(shape, 'NEW', names)} ${guard} END`,
    `CREATE TRIGGER ${remove} AFTER DELETE ON ${table} ${armed} BEGIN ${noteKey(shape, 'OLD', names)} ${guard} END`,
  ];
  const evicted = evictions(shape);
  if (evicted.length > 0) {
    const notes = (but: string) => evicted.map((row) => noteEvicted(shape, row + but, names)).join(' ');
    // Before an INSERT without a rowid NEW's is -1, so that a row could be taken for itself; before an UPDATE it is known.
    const butItself = ` AND NOT (${sameKey(shape, newKey(shape))})`;
    sql.push(`CREATE TRIGGER ${beforeInsert} BEFORE INSERT ON ${table} ${armed} BEGIN ${notes('')} END`);
    sql.push(
      `CREATE TRIGGER ${beforeUpdate} BEFORE UPDATE ON ${table} ${armed} BEGIN ${notes(butItself)} END`,
    );
  }
  return sql;
}

function guardStatement(capture: string): string {
  const nowSeconds = "CAST(strftime('%s', 'now') AS INTEGER)";
  return (
    `UPDATE ${capture} SET armed = 0, broken = CASE WHEN keys > budget_keys THEN 'budget' ELSE 'lease' END ` +
    `WHERE keys > budget_keys OR lease_until_s < ${nowSeconds};`
  );
}

/** The key as it is, without its column's affinity (`+`): with that, no index of the log would do, and every write would walk all of it. */
function noteKey(shape: TableShape, row: 'NEW' | 'OLD', names: CaptureNames): string {
  const [capture, delta] = [quote(names.capture), quote(names.delta)];
  const same = all(shape.key.map(({ name }, i) => `k${i} IS +${row}.${quote(name)}`));
  const values = shape.key.map(({ name }) => `${row}.${quote(name)}`).join(', ');
  return (
    `DELETE FROM ${delta} WHERE ${same}; ` +
    `UPDATE ${capture} SET seq = seq + 1, keys = keys + 1 - changes(); ` +
    `INSERT INTO ${delta} SELECT seq, ${values} FROM ${capture};`
  );
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

function noteEvicted(shape: TableShape, evicted: string, names: CaptureNames): string {
  const [capture, delta, table] = [quote(names.capture), quote(names.delta), quote(shape.name)];
  const noted = all(shape.key.map(({ name }, i) => `d.k${i} IS +t.${quote(name)}`));
  const values = shape.key.map(({ name }) => `t.${quote(name)}`).join(', ');
  const count = `(SELECT count(*) FROM ${table} t WHERE ${evicted})`;
  return (
    `DELETE FROM ${delta} WHERE rowid IN (SELECT d.rowid FROM ${table} t JOIN ${delta} d ON ${noted} WHERE ${evicted}); ` +
    `UPDATE ${capture} SET seq = seq + 1, keys = keys + ${count} - changes() WHERE ${count} > 0; ` +
    `INSERT INTO ${delta} SELECT c.seq, ${values} FROM ${capture} c JOIN ${table} t WHERE ${evicted};`
  );
}

function newKey(shape: TableShape): string[] {
  return shape.key.map(({ name }) => `NEW.${quote(name)}`);
}
