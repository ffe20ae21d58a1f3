import { ForesyncError } from '../errors.ts';
import type { StateDatabase } from '../state/open.ts';
import type { TableSpill } from './counting/table-spill.ts';
import type { KeyAccesses } from './key-accesses.ts';
import { decodeSeries } from './series-codec.ts';

interface EarlierRow {
  key: string;
  replica: string;
  reads: number;
  writes: number;
  first_ms: number;
  last_ms: number;
  last_read_ms: number | null;
  size_bytes: number | null;
  series: Buffer;
}

const pageKeys = 100_000;

/** Whether the history still has rows as foresync wrote them before it packed them. */
export function hasEarlierRows(db: StateDatabase): boolean {
  return db.prepare('SELECT 1 FROM history_earlier_row LIMIT 1').get() !== undefined;
}

/** Throws a `data` error where the history cannot be read before `analyze` has packed it. */
export function refuseEarlierRows(db: StateDatabase): void {
  if (!hasEarlierRows(db)) return;
  const message = 'The access history was written by an earlier foresync.';
  throw new ForesyncError('data', 'history-earlier', message, {
    hint: "Run 'foresync analyze' once, with any log: it brings the history up to date.",
  });
}

/** Sets the earlier rows aside, to be stored like what is counted now. */
export function spillEarlierRows(db: StateDatabase, tables: TableSpill): void {
  const rows = db.prepare<[string], EarlierRow>(
    'SELECT h.*, r.name AS replica FROM history_earlier_row h JOIN history_replica r ON r.id = h.replica WHERE r.name = ?',
  );
  const replicas = db.prepare<[], string>('SELECT name FROM history_replica ORDER BY id').pluck().all();
  for (const replica of replicas) {
    const page: KeyAccesses[] = [];
    for (const row of rows.iterate(replica)) {
      page.push(accessesOf(row));
      if (page.length === pageKeys) tables.of(replica).page(page.splice(0));
    }
    tables.of(replica).page(page);
  }
}

/** Within the transaction that stores what was set aside, before it does: their totals come with them. */
export function dropEarlierRows(db: StateDatabase): void {
  db.exec('DELETE FROM history_earlier_row');
  db.exec('UPDATE history_replica SET reads = 0, writes = 0, first_ms = 9e15, last_ms = 0');
}

function accessesOf(row: EarlierRow): KeyAccesses {
  const series = decodeSeries(row.series);
  return {
    key: row.key,
    series,
    length: series.buckets.length,
    reads: row.reads,
    writes: row.writes,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    lastReadMs: row.last_read_ms ?? undefined,
    sizeBytes: row.size_bytes ?? undefined,
  };
}
