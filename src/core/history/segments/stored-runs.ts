import type { StateDatabase } from '../../state/open.ts';
import type { CoarseBefore } from './retention.ts';
import type { SegmentSource } from './segment.ts';

/** Rows of one replica, each key once, as one merge wrote them. Plain data: any thread can open a source of it. */
export interface StoredRun {
  id: number;
  replica: number;
  rows: number;
  bytes: number;
  coarse: CoarseBefore;
  /** In the order of hashes, two numbers a segment: its first hash, and its number within the run. */
  index: Uint32Array;
}

interface RunRow {
  id: number;
  replica: number;
  rows: number;
  bytes: number;
  hours_before: number;
  days_before: number;
  segments: Buffer;
}

/** A segment's id is its run's times this, plus its number. */
export const segmentsOfRun = 2 ** 32;

/** Oldest first. */
export function listRuns(db: StateDatabase): StoredRun[] {
  return db
    .prepare<[], RunRow>('SELECT * FROM history_run ORDER BY id')
    .all()
    .map((row) => ({
      id: row.id,
      replica: row.replica,
      rows: row.rows,
      bytes: row.bytes,
      coarse: { hours: row.hours_before, days: row.days_before },
      index: unpackIndex(row.segments),
    }));
}

export function dropRun(db: StateDatabase, run: number): void {
  const segments = db.prepare('DELETE FROM history_segment WHERE id >= ? AND id < ?');
  segments.run(run * segmentsOfRun, (run + 1) * segmentsOfRun);
  db.prepare('DELETE FROM history_run WHERE id = ?').run(run);
}

/** The segments of a run that may have hashes in [firstHash, endHash), read one at a time, with no statement open in between. */
export class RunSource implements SegmentSource {
  readonly #run: StoredRun;
  readonly #read;
  readonly #end: number;
  #next: number;

  constructor(db: StateDatabase, run: StoredRun, firstHash = 0, endHash = 2 ** 32) {
    this.#run = run;
    this.#read = db.prepare<[number], Buffer>('SELECT rows FROM history_segment WHERE id = ?').pluck();
    this.#next = this.#holding(firstHash, 0);
    this.#end = run.index.length / 2;
    while (this.#end > 0 && this.#firstHash(this.#end - 1) >= endHash) this.#end--;
  }

  next(): Uint8Array | undefined {
    if (this.#next >= this.#end) return undefined;
    const number = this.#run.index[this.#next++ * 2 + 1] as number;
    const bytes = this.#read.get(this.#run.id * segmentsOfRun + number);
    if (!bytes) throw new RangeError(`segment ${number} of run ${this.#run.id} is missing`);
    return bytes;
  }

  skipTo(hash: number): boolean {
    const before = this.#next;
    if (before >= this.#end || this.#firstHash(before) >= hash) return false;
    this.#next = Math.min(this.#end, this.#holding(hash, before));
    return true;
  }

  /** The first segment, from the `from`-th on, that may hold the hash: the one that the first segment to begin at it or behind it follows. */
  #holding(hash: number, from: number): number {
    let low = from;
    let high = this.#run.index.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#firstHash(middle) < hash) low = middle + 1;
      else high = middle;
    }
    return Math.max(from, low - 1);
  }

  #firstHash(segment: number): number {
    return this.#run.index[segment * 2] as number;
  }
}

export function packIndex(index: Uint32Array): Buffer {
  const packed = Buffer.alloc(index.length * 4);
  for (const [i, number] of index.entries()) packed.writeUInt32LE(number, i * 4);
  return packed;
}

function unpackIndex(packed: Buffer): Uint32Array {
  return Uint32Array.from({ length: packed.length / 4 }, (_, i) => packed.readUInt32LE(i * 4));
}
