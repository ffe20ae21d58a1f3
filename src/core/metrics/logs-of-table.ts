import { ForesyncError } from '../errors.ts';
import { formatCount } from '../format.ts';
import { printable } from '../text.ts';
import type { KnownKeys } from './known-keys.ts';

/** So many different keys tell whether a log is of the run's table. */
const sampledKeys = 10_000;
/** Fewer may all be new. */
const enoughKeys = 10;

/** Whether logs, each by itself, are of a run's table, by the keys in them: a log of another one beside a good one would be counted as misses. */
export class LogsOfTable {
  readonly #doubted: { name: string; keys: ReadonlySet<string> }[] = [];
  #isOfTable = false;
  #sample = new Set<string>();

  /** `isOfTable`: the key is planned, or its row was found. */
  take(key: string, isOfTable: boolean): void {
    this.#isOfTable ||= isOfTable;
    if (!this.#isOfTable && this.#sample.size < sampledKeys) this.#sample.add(key);
  }

  endLog(name: string): void {
    if (!this.#isOfTable && this.#sample.size >= enoughKeys) this.#doubted.push({ name, keys: this.#sample });
    this.#isOfTable = false;
    this.#sample = new Set();
  }

  /** Keys that the history is to be asked of. */
  get openKeys(): string[] {
    return this.#doubted.flatMap(({ keys }) => [...keys]);
  }

  /** Throws `log-of-another-table` (kind `data`) for a log of which none of the keys is known: `known` is of a history that has keys. */
  refuseForeign(known: KnownKeys): void {
    const foreign = this.#doubted.find(({ keys }) => [...keys].every((key) => !known.has(key)));
    if (!foreign) return;
    const [first = ''] = foreign.keys;
    throw new ForesyncError(
      'data',
      'log-of-another-table',
      `The log ${printable(foreign.name)} is of another table: none of the ${formatCount(foreign.keys.size)} keys in it, such as '${printable(first, 40)}', is in the plan or in the access history.`,
      { hint: "Name the joiner's log of the run's table; --key-pattern finds the key in a path or a text." },
    );
  }
}
