import type { Edges } from './binning.ts';

const mostCells = 4096;

/**
 * Finds bins through a table over the bits of the floats, which ascend with their values: a value's cell says where among the edges
 * to begin, and one or two of them are then compared. A binary search guesses wrong at every other step, which costs eight times as much.
 */
export class BinFinder {
  /** With one more that nothing is above. */
  readonly #edges: Float32Array;
  readonly #leastPlace: number;
  readonly #shift: number;
  /** First edge of each cell or above it. */
  readonly #starts: Uint8Array;

  constructor(edges: Edges) {
    this.#edges = new Float32Array(edges.length + 1).fill(Number.POSITIVE_INFINITY);
    // Zero added, −0 is 0, whose bits are others.
    this.#edges.set(edges.map((edge) => edge + 0));
    const bits = new Int32Array(this.#edges.buffer);
    const least = placeOf(bits[0]!);
    const span = edges.length > 0 ? placeOf(bits[edges.length - 1]!) - least : 0;
    this.#leastPlace = least;
    this.#shift = Math.max(0, Math.ceil(Math.log2((span + 1) / mostCells)));
    const cellSize = 2 ** this.#shift;
    this.#starts = new Uint8Array(Math.floor(span / cellSize) + 2);
    for (let cell = 0, edge = 0; cell < this.#starts.length; cell++) {
      while (edge < edges.length && placeOf(bits[edge]!) < least + cell * cellSize) edge++;
      this.#starts[cell] = edge;
    }
  }

  /** Bins of one feature of row-major rows, `features` values a row, into a column. The rows must lie at a multiple of four bytes. */
  fill(rows: Float32Array, features: number, feature: number, column: Uint8Array): void {
    const bits = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
    const edges = this.#edges;
    const starts = this.#starts;
    const least = this.#leastPlace;
    const shift = this.#shift;
    for (let row = 0, at = feature; row < column.length; row++, at += features) {
      const value = rows[at]!;
      const place = placeOf(bits[at]!);
      const cell = place <= least ? 0 : ((place - least) >>> 0) >>> shift;
      let bin = starts[cell < starts.length ? cell : starts.length - 1]!;
      while (edges[bin]! < value) bin++;
      column[row] = bin;
    }
  }
}

/** Bits of a float as an integer that ascends with its value. */
function placeOf(bits: number): number {
  return bits ^ ((bits >> 31) & 0x7fffffff);
}
