/** Rows that the server has read so far, of those that it will have read in the end; the same row is read once a pass. */
export interface RowProgress {
  rows: number;
  /** Undefined until it is known how many there are. */
  ofRows: number | undefined;
}

/** Adds up how far passes over a table are. */
export class PassProgress {
  readonly #onChange: (progress: RowProgress) => void;
  #passed = 0;
  #planned = 0;

  constructor(onChange: (progress: RowProgress) => void) {
    this.#onChange = onChange;
  }

  /** There are passes over so many rows more to come. */
  plan(rows: number): void {
    this.#planned += rows;
  }

  /** A pass over so many rows is at its end. */
  passed(rows: number): void {
    this.#passed += rows;
    this.running(0);
  }

  /** The pass that is running has read so many. */
  running(rows: number): void {
    const ofRows = this.#planned === 0 ? undefined : this.#planned;
    this.#onChange({ rows: Math.min(this.#passed + rows, ofRows ?? Number.POSITIVE_INFINITY), ofRows });
  }
}
