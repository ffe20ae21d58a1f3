const maxCells = 1 << 20;

/** Reads of all keys together over time, in buckets, or in coarser cells where the history has more than a million. */
export class GroupVolume {
  readonly first: number;
  readonly end: number;
  readonly #cellBuckets: number;
  readonly #cells: Float64Array;
  #prefix: Float64Array | undefined;

  constructor(first: number, end: number) {
    this.first = first;
    this.end = Math.max(end, first);
    this.#cellBuckets = Math.max(1, Math.ceil((this.end - first) / maxCells));
    this.#cells = new Float64Array(Math.ceil((this.end - first) / this.#cellBuckets));
  }

  /** Buckets outside the range are ignored. */
  add(bucket: number, reads: number): void {
    if (bucket < this.first || bucket >= this.end) return;
    this.#cells[Math.floor((bucket - this.first) / this.#cellBuckets)]! += reads;
    this.#prefix = undefined;
  }

  /** Reads in the bucket range [from, to), which may have fractions; what lies outside the history counts nothing. */
  between(from: number, to: number): number {
    return Math.max(0, this.#until(to) - this.#until(from));
  }

  #until(bucket: number): number {
    this.#prefix ??= prefixSums(this.#cells);
    const position = Math.min(this.end - this.first, Math.max(0, bucket - this.first)) / this.#cellBuckets;
    const cell = Math.floor(position);
    return this.#prefix[cell]! + (this.#cells[cell] ?? 0) * (position - cell);
  }
}

function prefixSums(cells: Float64Array): Float64Array {
  const sums = new Float64Array(cells.length + 1);
  for (let i = 0; i < cells.length; i++) sums[i + 1] = sums[i]! + cells[i]!;
  return sums;
}
