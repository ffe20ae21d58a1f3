/** What is known of a key of the table when the join begins, and what becomes of it. */
export interface KnownKey {
  /** Up to the origin. */
  pastReads: number;
  /** Milliseconds since the epoch; -Infinity for one that was not read before the origin. */
  lastReadMs: number;
  /** NaN where no log and no plan gives one. */
  sizeBytes: number;
  /** Where its row stands in the order of the scan, as a share of the table. */
  scanPlace: number;
  /** Its row was inserted after the origin: it comes with the Delta Log. */
  isNew: boolean;
}

/** Known keys in columns, by their place; grows. */
export class KnownKeys {
  length = 0;
  pastReads = new Float64Array(1024);
  lastReadMs = new Float64Array(1024);
  sizeBytes = new Float64Array(1024);
  scanPlace = new Float64Array(1024);
  isNew = new Uint8Array(1024);
  readonly #places = new Map<string, number>();

  /** Adds a key that is not there yet, and gives its place. */
  add(name: string, key: KnownKey): number {
    if (this.length === this.pastReads.length) this.#grow();
    const place = this.length++;
    this.#places.set(name, place);
    this.pastReads[place] = key.pastReads;
    this.lastReadMs[place] = key.lastReadMs;
    this.sizeBytes[place] = key.sizeBytes;
    this.scanPlace[place] = key.scanPlace;
    this.isNew[place] = key.isNew ? 1 : 0;
    return place;
  }

  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  #grow(): void {
    const room = this.length * 2;
    const larger = (column: Float64Array) => {
      const grown = new Float64Array(room);
      grown.set(column);
      return grown;
    };
    this.pastReads = larger(this.pastReads);
    this.lastReadMs = larger(this.lastReadMs);
    this.sizeBytes = larger(this.sizeBytes);
    this.scanPlace = larger(this.scanPlace);
    const isNew = new Uint8Array(room);
    isNew.set(this.isNew);
    this.isNew = isNew;
  }
}
