import type { KeyRange } from '../../store/postgres/table-sql.ts';

/** What a copy has proven as it went, chunk by chunk: each has the same digest at both sides, in the transactions that read and wrote it. */
export class ProvenCopy {
  ranges = 0;
  rows = 0;
  /** Of which the digests differ. */
  readonly unproven: KeyRange[] = [];

  add(range: KeyRange, { rows, proven }: { rows: number; proven: boolean }): void {
    if (!proven) this.unproven.push(range);
    else {
      this.ranges += 1;
      this.rows += rows;
    }
  }
}
