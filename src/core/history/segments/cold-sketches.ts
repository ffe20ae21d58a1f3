import { emptySketch, type KeySketch, type PackedSketch, packSketch } from '../sketch/key-sketch.ts';
import type { RowAccesses } from './row-accesses.ts';

/** The sketches of keys that are not kept, one for each replica. */
export class ColdSketches {
  readonly #byReplica = new Map<number, KeySketch>();

  add(replica: number, key: Uint8Array, row: RowAccesses): void {
    const sketch = this.#sketch(replica);
    const reads = row.totalReads();
    sketch.reads += reads;
    sketch.writes += row.totalWrites();
    sketch.firstMs = Math.min(sketch.firstMs, row.firstMs);
    sketch.lastMs = Math.max(sketch.lastMs, row.lastMs);
    sketch.keys.add(key);
    sketch.keyReads.add(key, reads);
  }

  packed(): Map<number, PackedSketch> {
    return new Map([...this.#byReplica].map(([replica, sketch]) => [replica, packSketch(sketch)]));
  }

  #sketch(replica: number): KeySketch {
    const known = this.#byReplica.get(replica);
    if (known) return known;
    const sketch = emptySketch();
    this.#byReplica.set(replica, sketch);
    return sketch;
  }
}
