import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Connection, storeError } from './connection.ts';
import { deltaLogNames, deltaLogSql } from './delta-log.ts';
import { logBroken, notCapturable } from './refusals.ts';
import { quote } from './sql.ts';
import { definitionOf, type TableShape } from './table-shape.ts';

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
              hint: "Wait for it: 'foresync status' tells of it, and 'foresync abort' ends it. One that nobody knows of, 'foresync prefetch --release' ends.",
            },
          );
        }
        if (instead !== undefined) throw logBroken(shape, present?.broken);
        dropCapture(db, shape);
        for (const sql of Object.values(deltaLogSql(shape)).flat()) db.exec(sql);
        db.prepare(`INSERT INTO ${quote(deltaLogNames(shape.name).capture)} VALUES(?, 1, NULL, ?, ?, ?)`).run(
          id,
          Math.ceil(leaseUntilMs / 1000),
          Math.floor(budgetKeys),
          definitionOf(shape),
        );
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
    .get(deltaLogNames(table).capture);
  return found !== undefined;
}

/**
 * The capture of this table, or undefined where there is none. It is broken where it began with another definition, or is not of the form that
 * it would have now, as one of an older foresync's; what such a log holds is not told.
 */
export function readCapture(db: Connection, shape: TableShape): CaptureState | undefined {
  const { capture } = deltaLogNames(shape.name);
  if (!isCaptured(db, shape.name)) return undefined;
  const form = formOf(db, shape);
  const row = db
    .prepare(
      `SELECT id, armed, broken, lease_until_s, budget_keys, definition, ${form.hasTables ? logEnd(shape) : '0 AS seq, 0 AS keys'} FROM ${quote(capture)}`,
    )
    .get() as
    | {
        id: string;
        armed: number;
        broken: string | null;
        lease_until_s: number;
        budget_keys: number;
        definition: string;
        seq: number;
        keys: number;
      }
    | undefined;
  if (!row) return undefined;
  const isAltered = row.definition !== definitionOf(shape);
  const unfit = isAltered ? 'altered' : form.isWhole ? undefined : 'other-form';
  return {
    id: row.id,
    watermark: row.seq,
    keys: row.keys,
    broken: row.broken ?? (row.armed === 1 ? unfit : 'disarmed'),
    leaseUntilMs: row.lease_until_s * 1000,
    budgetKeys: row.budget_keys,
  };
}

/** Whether its tables, and with its triggers all of it, are there to the letter. */
function formOf(db: Connection, shape: TableShape): { hasTables: boolean; isWhole: boolean } {
  const { tables, triggers } = deltaLogSql(shape);
  const find = db.prepare('SELECT sql FROM main.sqlite_schema WHERE sql IN (SELECT value FROM json_each(?))');
  const found = new Set(find.pluck().all(JSON.stringify([...tables, ...triggers])));
  const isThere = (sql: string) => found.has(sql);
  const hasTables = tables.every(isThere);
  return { hasTables, isWhole: hasTables && triggers.every(isThere) };
}

/** Terms for the last change, and how many keys the log holds. */
function logEnd(shape: TableShape): string {
  const delta = quote(deltaLogNames(shape.name).delta);
  const last = (column: string) =>
    `coalesce((SELECT ${column} FROM ${delta} ORDER BY seq DESC LIMIT 1), 0) AS ${column}`;
  return `${last('seq')}, ${last('keys')}`;
}

export function renewLease(db: Connection, shape: { name: string }, leaseUntilMs: number): void {
  db.prepare(`UPDATE ${quote(deltaLogNames(shape.name).capture)} SET lease_until_s = ?`).run(
    Math.ceil(leaseUntilMs / 1000),
  );
}

function setTerms(
  db: Connection,
  shape: { name: string },
  { id, budgetKeys }: { id: string; budgetKeys: number },
): void {
  db.prepare(`UPDATE ${quote(deltaLogNames(shape.name).capture)} SET id = ?, budget_keys = ?`).run(
    id,
    Math.floor(budgetKeys),
  );
}

/** Removes every trace of capture. May be repeated. */
export function dropCapture(db: Connection, shape: { name: string }): void {
  const names = deltaLogNames(shape.name);
  const drop = () => {
    for (const trigger of Object.values(names.triggers)) db.exec(`DROP TRIGGER IF EXISTS ${quote(trigger)}`);
    for (const table of [names.delta, names.pruned, names.capture])
      db.exec(`DROP TABLE IF EXISTS ${quote(table)}`);
  };
  if (db.inTransaction) drop();
  else db.transaction(drop).immediate();
}
