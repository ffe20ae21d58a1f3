import type { StateDatabase } from '../state/open.ts';
import type { KeyAccesses } from './access-batch.ts';
import { RowInserter } from './row-inserter.ts';
import { type BucketSeries, decodeSeries, encodeSeries, mergeSeries } from './series-codec.ts';

const hourMs = 3_600_000;

interface StoredRow {
  reads: number;
  writes: number;
  first_ms: number;
  last_ms: number;
  last_read_ms: number | null;
  size_bytes: number | null;
  series: Buffer;
}

/** Accesses to add, every key once; `AccessBatch` is one. */
export interface CountedAccesses {
  readonly isEmpty: boolean;
  accesses(): Iterable<KeyAccesses>;
}

interface Totals {
  reads: number;
  writes: number;
  firstMs: number;
  lastMs: number;
}

/**
 * Adds batches to the stored history, all in one transaction that begins with the first change, so that a run that fails
 * leaves the history as it was.
 */
export class HistoryWriter {
  readonly #db: StateDatabase;
  readonly #bucketMs: number;
  readonly #find;
  readonly #findReplica;
  readonly #rows: RowInserter;
  readonly #update;
  #isOpen = false;

  constructor(db: StateDatabase, bucketMs: number) {
    this.#db = db;
    this.#bucketMs = bucketMs;
    const columns = 'reads, writes, first_ms, last_ms, last_read_ms, size_bytes, series';
    this.#find = db.prepare<[string, number], StoredRow>(
      `SELECT ${columns} FROM history_series WHERE key = ? AND replica = ?`,
    );
    this.#findReplica = db.prepare<[string], number>('SELECT id FROM history_replica WHERE name = ?').pluck();
    this.#rows = new RowInserter(db, `INSERT INTO history_series (${columns}, key, replica) VALUES`, 9);
    this.#update = db.prepare(
      `UPDATE history_series SET reads = ?, writes = ?, first_ms = ?, last_ms = ?, last_read_ms = ?, size_bytes = ?, series = ?
       WHERE key = ? AND replica = ?`,
    );
  }

  get hasChanges(): boolean {
    return this.#isOpen;
  }

  begin(): void {
    if (this.#isOpen) return;
    this.#db.exec('BEGIN IMMEDIATE');
    this.#isOpen = true;
  }

  commit(): void {
    if (!this.#isOpen) return;
    this.#db.exec('COMMIT');
    this.#isOpen = false;
  }

  rollback(): void {
    if (this.#isOpen && this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#isOpen = false;
  }

  /** Forgets everything that was read before. */
  clearHistory(): void {
    this.begin();
    for (const table of ['series', 'hour', 'replica', 'source', 'sketch', 'table_source'])
      this.#db.exec(`DELETE FROM history_${table}`);
  }

  /** Whether the history has anything of the replica. */
  isKnown(replica: string): boolean {
    return this.#findReplica.get(replica) !== undefined;
  }

  /** Adds what the batch holds to the replica's history. `areNewKeys` says that none of the keys is there yet, which saves looking. */
  store(replica: string, batch: CountedAccesses, areNewKeys = false): void {
    if (batch.isEmpty) return;
    const { id, isNew: isNewReplica } = this.replicaId(replica);
    const isNew = isNewReplica || areNewKeys;
    const hours = new Map<number, { reads: number; writes: number }>();
    const totals: Totals = { reads: 0, writes: 0, firstMs: Number.POSITIVE_INFINITY, lastMs: 0 };
    for (const accesses of batch.accesses()) {
      if (isNew) this.#rows.add(rowOf(accesses, accesses.key, id));
      else this.#merge(accesses, id);
      this.#count(accesses, hours, totals);
    }
    this.#rows.flush();
    this.#storeTotals(id, totals, hours);
  }

  #merge(accesses: KeyAccesses, replica: number): void {
    const stored = this.#find.get(accesses.key, replica);
    if (stored) this.#update.run(...rowOf(merged(stored, accesses), accesses.key, replica));
    else this.#rows.add(rowOf(accesses, accesses.key, replica));
  }

  #count(accesses: KeyAccesses, hours: Map<number, { reads: number; writes: number }>, totals: Totals): void {
    totals.reads += accesses.reads;
    totals.writes += accesses.writes;
    totals.firstMs = Math.min(totals.firstMs, accesses.firstMs);
    totals.lastMs = Math.max(totals.lastMs, accesses.lastMs);
    const { buckets, reads, writes } = accesses.series;
    const bucketsPerHour = hourMs / this.#bucketMs;
    let hour = -1;
    let counts = { reads: 0, writes: 0 };
    for (let i = 0; i < accesses.length; i++) {
      const next = Math.floor((buckets[i] as number) / bucketsPerHour);
      if (next !== hour) {
        hour = next;
        counts = hours.get(hour) ?? { reads: 0, writes: 0 };
        hours.set(hour, counts);
      }
      counts.reads += reads[i] as number;
      counts.writes += writes[i] as number;
    }
  }

  /** The replica's number, a new one if it is new; begins the transaction. */
  replicaId(name: string): { id: number; isNew: boolean } {
    this.begin();
    const known = this.#findReplica.get(name);
    if (known !== undefined) return { id: known, isNew: false };
    const added = this.#db
      .prepare(
        'INSERT INTO history_replica (name, reads, writes, first_ms, last_ms) VALUES (?, 0, 0, 9e15, 0)',
      )
      .run(name);
    return { id: Number(added.lastInsertRowid), isNew: true };
  }

  #storeTotals(id: number, totals: Totals, hours: Map<number, { reads: number; writes: number }>): void {
    this.#db
      .prepare(
        `UPDATE history_replica SET reads = reads + ?, writes = writes + ?, first_ms = min(first_ms, ?), last_ms = max(last_ms, ?)
         WHERE id = ?`,
      )
      .run(totals.reads, totals.writes, totals.firstMs, totals.lastMs, id);
    const add = this.#db.prepare(
      `INSERT INTO history_hour VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET reads = reads + excluded.reads, writes = writes + excluded.writes`,
    );
    for (const [hour, { reads, writes }] of hours) add.run(id, hour, reads, writes);
  }
}

type Stored = Omit<KeyAccesses, 'key'>;

function rowOf(accesses: Stored, key: string, replica: number): unknown[] {
  const { reads, writes, firstMs, lastMs, lastReadMs, sizeBytes, series, length } = accesses;
  return [
    reads,
    writes,
    firstMs,
    lastMs,
    lastReadMs ?? null,
    sizeBytes ?? null,
    encodeSeries(series, length),
    key,
    replica,
  ];
}

function merged(stored: StoredRow, added: KeyAccesses): Stored {
  const series = mergeSeries(decodeSeries(stored.series), firstBuckets(added.series, added.length));
  const addedIsLater = added.lastMs >= stored.last_ms;
  const storedSize = stored.size_bytes ?? undefined;
  const lastReadMs = Math.max(stored.last_read_ms ?? -1, added.lastReadMs ?? -1);
  return {
    reads: stored.reads + added.reads,
    writes: stored.writes + added.writes,
    firstMs: Math.min(stored.first_ms, added.firstMs),
    lastMs: Math.max(stored.last_ms, added.lastMs),
    lastReadMs: lastReadMs < 0 ? undefined : lastReadMs,
    sizeBytes: addedIsLater ? (added.sizeBytes ?? storedSize) : (storedSize ?? added.sizeBytes),
    series,
    length: series.buckets.length,
  };
}

function firstBuckets({ buckets, reads, writes }: BucketSeries, length: number): BucketSeries {
  return {
    buckets: buckets.subarray(0, length),
    reads: reads.subarray(0, length),
    writes: writes.subarray(0, length),
  };
}
