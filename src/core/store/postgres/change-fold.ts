import type { ChangedValue } from './pgoutput.ts';

/** A row whose values all are there. */
export type FullRow = (string | null)[];

/** A row of which only some columns are known; the others are those of the row that is there under `source` before anything is done. The key always is known. */
export interface PartRow {
  row: ChangedValue[];
  source: string[];
}

/** What is left to do for some keys, each of them once. Values are as `pgoutput.ts` has them. */
export interface FoldedChanges {
  gone: string[][];
  /** There is such a row, but not all of it came: it must be asked for once more. */
  lost: string[][];
  rows: FullRow[];
  parts: PartRow[];
}

type State =
  | { kind: 'gone'; key: string[] }
  | { kind: 'lost'; key: string[] }
  | { kind: 'row'; row: FullRow }
  | ({ kind: 'part' } & PartRow);

/** Whether the row that is there under a key is what the donor had at this point of the stream, and no later one. */
export type Trusts = (key: readonly string[]) => boolean;

/**
 * Folds changes, in the order in which they were committed, to the last state of each key. What is applied so is the donor's state after the last of
 * them, whatever lay between; that state alone is free of clashes, so states between are of no use to anybody.
 */
export class ChangeFold {
  readonly #keyPlaces: readonly number[];
  readonly #states = new Map<string, State>();
  #bytes = 0;

  readonly #trusts: Trusts;

  /** `keyPlaces`: where the key's columns stand in a row. */
  constructor(keyPlaces: readonly number[], trusts: Trusts) {
    this.#keyPlaces = keyPlaces;
    this.#trusts = trusts;
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

  update(
    row: readonly ChangedValue[],
    old: readonly ChangedValue[] | undefined,
    { oldIsKey }: { oldIsKey: boolean },
  ): void {
    const from = old && this.#keyOf(old);
    // A large value that was left as it was is told with the old row, where there is one.
    const isTold = (place: number) => !oldIsKey || this.#keyPlaces.includes(place);
    const filled = row.map((value, place) =>
      value === undefined && old && isTold(place) ? old[place] : value,
    );
    const key = this.#keyOf(filled);
    const hasMoved = from !== undefined && !sameKey(from, key);
    const before = this.#states.get(nameOf(hasMoved ? from : key));
    if (hasMoved) this.#set(from, { kind: 'gone', key: from });
    this.#set(key, this.#changed(before, { row: filled, key, from: hasMoved ? from : undefined }));
  }

  #changed(
    before: State | undefined,
    { row, key, from }: { row: ChangedValue[]; key: string[]; from: string[] | undefined },
  ): State {
    const under = before?.kind === 'row' || before?.kind === 'part' ? before.row : undefined;
    const merged = under ? overlaid(under, row) : row;
    if (merged.every((value) => value !== undefined)) return { kind: 'row', row: whole(merged) };
    // What is there under the old key may be another row that came to be there later, or none.
    if (from && !this.#trusts(from)) return { kind: 'lost', key };
    if (before?.kind === 'part') return { ...before, row: merged };
    // Of a row that changes though it is gone, the donor will tell again.
    if (before?.kind === 'gone' || before?.kind === 'lost') return { kind: from ? 'lost' : before.kind, key };
    return { kind: 'part', row: merged, source: from ?? key };
  }

  /** Nothing of before a TRUNCATE matters; what is there must go before anything that follows is applied. */
  truncate(): void {
    this.#clear();
  }

  take(): FoldedChanges {
    const folded: FoldedChanges = { gone: [], lost: [], rows: [], parts: [] };
    for (const state of this.#states.values()) {
      if (state.kind === 'row') folded.rows.push(state.row);
      else if (state.kind === 'part') folded.parts.push(state);
      else folded[state.kind].push(state.key);
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
    const values = 'row' in state ? state.row : state.key;
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

function sameKey(one: readonly string[], other: readonly string[]): boolean {
  return one.every((value, index) => value === other[index]);
}

function overlaid(under: readonly ChangedValue[], over: readonly ChangedValue[]): ChangedValue[] {
  return over.map((value, index) => (value === undefined ? under[index] : value));
}

function whole(row: readonly ChangedValue[]): FullRow {
  if (row.some((value) => value === undefined)) throw new RangeError('a row came with values missing');
  return row as FullRow;
}
