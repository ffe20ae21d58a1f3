import type { StateDatabase } from '../../state/open.ts';
import type { CoarseBefore } from './retention.ts';
import type { Segment } from './segment.ts';
import { dropRun, packIndex, segmentsOfRun } from './stored-runs.ts';

/** Writes a run within the caller's transaction. Its ranges of hashes are written side by side, each in its order. */
export class RunWriter {
  readonly #db: StateDatabase;
  readonly #id: number;
  readonly #insert;
  readonly #ranges: number[][];
  #segments = 0;
  #rows = 0;
  #bytes = 0;

  constructor(db: StateDatabase, replica: number, ranges: number) {
    this.#db = db;
    this.#ranges = Array.from({ length: ranges }, () => []);
    this.#insert = db.prepare('INSERT INTO history_segment (id, rows) VALUES (?, ?)');
    const added = db.prepare(
      `INSERT INTO history_run (replica, rows, bytes, hours_before, days_before, segments) VALUES (?, 0, 0, 0, 0, x'')`,
    );
    this.#id = Number(added.run(replica).lastInsertRowid);
  }

  /** The segment's memory is given up. */
  add(range: number, { bytes, firstHash, rows }: Segment): void {
    this.#insert.run(this.#id * segmentsOfRun + this.#segments, bytes);
    this.#ranges[range]?.push(firstHash, this.#segments++);
    this.#rows += rows;
    this.#bytes += bytes.length;
    // A packer gives each segment memory of its own. Waiting for the garbage collector would hold a whole history.
    if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
  }

  /** Says what the run holds. A run without rows is dropped. */
  finish(coarse: CoarseBefore): void {
    if (this.#rows === 0) return dropRun(this.#db, this.#id);
    const index = packIndex(Uint32Array.from(this.#ranges.flat()));
    this.#db
      .prepare(
        'UPDATE history_run SET rows = ?, bytes = ?, hours_before = ?, days_before = ?, segments = ? WHERE id = ?',
      )
      .run(this.#rows, this.#bytes, coarse.hours, coarse.days, index, this.#id);
  }
}
