import { RowAccesses } from './row-accesses.ts';
import type { RowCursor } from './segment.ts';

/** Accesses of one key that are added up, and the replicas that they come from. */
export class RowSum {
  accesses = new RowAccesses();
  readonly replicas: number[] = [];
  readonly #row = new RowAccesses();
  #spare = new RowAccesses();

  get isEmpty(): boolean {
    return this.replicas.length === 0;
  }

  clear(): void {
    this.replicas.length = 0;
  }

  /** Adds the row that the cursor stands on. */
  add(cursor: RowCursor, replica: number, bucketMs: number): void {
    if (this.isEmpty) cursor.unpack(this.accesses, bucketMs);
    else {
      cursor.unpack(this.#row, bucketMs);
      const sum = this.#spare;
      sum.setSum(this.accesses, this.#row);
      this.#spare = this.accesses;
      this.accesses = sum;
    }
    if (!this.replicas.includes(replica)) this.replicas.push(replica);
  }
}
