import type { ChangedValue } from './pgoutput.ts';

/** A row whose values all are there. */
export type FullRow = (string | null)[];

/** What is left to do for some keys, each of them once. Values are as `pgoutput.ts` has them. */
export interface FoldedChanges {
  gone: string[][];
  rows: FullRow[];
  /** Rows of which only some columns are known; those that are not keep what they have. The key always is. */
  parts: ChangedValue[][];
}

type State =
  | { kind: 'gone'; key: string[] }
  | { kind: 'row'; row: FullRow }
  | { kind: 'part'; row: ChangedValue[] };

/** Why the changes before must be applied first. */
export type Barrier =
  | { kind: 'truncate' }
  /** A row got another key, and has values that did not travel: those under its old key. */
  | { kind: 'moved'; from: string[]; row: ChangedValue[] };

/**
 * Folds changes, in the order in which they were committed, to the last state of each key. What is applied so is the donor's state after the last of
 * them, whatever lay between; that state alone is free of clashes, so states between are of no use to anybody.
 */
export class ChangeFold {
  readonly #keyPlaces: readonly number[];
  readonly #states = new Map<string, State>();
  #bytes = 0;

  /** `keyPlaces`: where the key's columns stand in a row. */
  constructor(keyPlaces: readonly number[]) {
    this.#keyPlaces = keyPlaces;
  }

  get isEmpty(): boolean {
    return this.#states.size === 0;
  }

  /** How much is kept, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  insert(row: readonly ChangedValue[]): void {
    this.#set(this.#keyOf(row), { kind: 'row', row: whole(row) });
  }

  delete(old: readonly ChangedValue[]): void {
    const key = this.#keyOf(old);
    this.#set(key, { kind: 'gone', key });
  }

  /** A barrier where it cannot be folded: then `take` comes first, and what is told is done by itself. */
  update(
    row: readonly ChangedValue[],
    old: readonly ChangedValue[] | undefined,
    { oldIsKey }: { oldIsKey: boolean },
  ): Barrier | undefined {
    const from = old && this.#keyOf(old);
    // A large value that was left as it was is told with the old row, where there is one.
    const isTold = (place: number) => !oldIsKey || this.#keyPlaces.includes(place);
    const filled = row.map((value, place) =>
      value === undefined && old && isTold(place) ? old[place] : value,
    );
    const key = this.#keyOf(filled);
    const hasMoved = from !== undefined && !sameKey(from, key);
    const before = this.#states.get(nameOf(hasMoved ? from : key));
    const merged = before && before.kind !== 'gone' ? overlaid(before.row, filled) : [...filled];
    const isWhole = merged.every((value) => value !== undefined);
    if (hasMoved) {
      if (!isWhole) return { kind: 'moved', from, row: [...filled] };
      this.#set(from, { kind: 'gone', key: from });
    }
    // A row that is gone and changes all the same is one that the donor will tell of again.
    if (!isWhole && before?.kind === 'gone' && !hasMoved) return undefined;
    this.#set(key, isWhole ? { kind: 'row', row: whole(merged) } : { kind: 'part', row: merged });
    return undefined;
  }

  /** Nothing of before a TRUNCATE matters. */
  truncate(): Barrier {
    this.#clear();
    return { kind: 'truncate' };
  }

  take(): FoldedChanges {
    const folded: FoldedChanges = { gone: [], rows: [], parts: [] };
    for (const state of this.#states.values()) {
      if (state.kind === 'gone') folded.gone.push(state.key);
      else if (state.kind === 'row') folded.rows.push(state.row);
      else folded.parts.push(state.row);
    }
    this.#clear();
    return folded;
  }

  #clear(): void {
    this.#states.clear();
    this.#bytes = 0;
  }

  #set(key: string[], state: State): void {
    this.#states.set(nameOf(key), state);
    const values = state.kind === 'gone' ? state.key : state.row;
    this.#bytes += values.reduce<number>((sum, value) => sum + (value?.length ?? 0) + 16, 64);
  }

  #keyOf(row: readonly ChangedValue[]): string[] {
    return this.#keyPlaces.map((place) => {
      const value = row[place];
      if (value === null || value === undefined) throw new RangeError('a change came without its key');
      return value;
    });
  }
}

function nameOf(key: readonly string[]): string {
  return key.length === 1 ? (key[0] as string) : JSON.stringify(key);
}

export function sameKey(one: readonly string[], other: readonly string[]): boolean {
  return one.every((value, index) => value === other[index]);
}

function overlaid(under: readonly ChangedValue[], over: readonly ChangedValue[]): ChangedValue[] {
  return over.map((value, index) => (value === undefined ? under[index] : value));
}

function whole(row: readonly ChangedValue[]): FullRow {
  if (row.some((value) => value === undefined)) throw new RangeError('a row came with values missing');
  return row as FullRow;
}
