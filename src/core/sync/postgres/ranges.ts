import type { AgentClient } from '../../agent/client.ts';
import { decompress } from '../../agent/compression.ts';
import { decodeKeyTexts } from '../../agent/key-texts.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';

/** The lane at the donor that ranges are cut on. */
const cutLane = 2;
/** The first ones are wanted at once, the others while rows are copied. */
const cutFirst = 4;
const cutAtOnce = 64;

export interface NumberedRange {
  n: number;
  range: KeyRange;
}

export interface CutOptions {
  keyColumns: number;
  /** Of each range, at the time that it is cut. */
  rows(): number;
  /** Whether no more are to be given for now. */
  pauses?(): boolean;
}

/** Cuts a table into ranges of keys, some of them ahead, from a place on. The last one has no end. */
export class Ranges {
  readonly #lead: AgentClient;
  readonly #options: CutOptions;
  #n: number;
  #after: readonly string[] | undefined;
  #cuts: string[][] = [];
  #isCutToEnd = false;
  #isOver = false;
  #cutting: Promise<void> | undefined;
  readonly #first: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    lead: AgentClient,
    options: CutOptions,
    { n, after }: { n: number; after: readonly string[] | undefined },
  ) {
    this.#lead = lead;
    this.#options = options;
    this.#n = n;
    this.#first = n;
    this.#after = after;
  }

  /** Whether the last range was given, or none is to be given for now. */
  get isOver(): boolean {
    return this.#isOver || (this.#options.pauses?.() ?? false);
  }

  /** Whether the last range was given. */
  get isAtEnd(): boolean {
    return this.#isOver;
  }

  /** The next range; undefined behind the last. May be called again before it has resolved. */
  next(): Promise<NumberedRange | undefined> {
    const next = this.#turn.then(() => this.#next());
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #next(): Promise<NumberedRange | undefined> {
    if (this.#isOver) return undefined;
    if (this.#cuts.length === 0) await this.#cutting;
    if (this.#cuts.length === 0 && !this.#isCutToEnd)
      await this.#cut(this.#n === this.#first ? cutFirst : cutAtOnce);
    const after = this.#after;
    const to = this.#cuts.shift();
    this.#isOver = to === undefined;
    this.#after = to;
    if (this.#cuts.length < cutFirst && !this.#isCutToEnd) {
      this.#cutting ??= this.#cut(cutAtOnce).finally(() => {
        this.#cutting = undefined;
      });
      this.#cutting.catch(() => undefined);
    }
    return { n: this.#n++, range: { after, to } };
  }

  async #cut(count: number): Promise<void> {
    const after = this.#cuts.at(-1) ?? this.#after;
    const cuts = await cutRange(
      this.#lead,
      { after },
      { ...this.#options, rowsEach: this.#options.rows(), count },
    );
    this.#cuts.push(...cuts);
    this.#isCutToEnd = cuts.length < count;
  }
}

/** Keys that cut a range into smaller ones. */
export async function cutRange(
  lead: AgentClient,
  range: KeyRange,
  { keyColumns, rowsEach, count }: { keyColumns: number; rowsEach: number; count: number },
): Promise<string[][]> {
  const { parts } = await lead.call('pg.range.cut', {
    ...{ lane: cutLane, rows: Math.max(1, Math.min(1_000_000, Math.round(rowsEach))), count },
    range: sentRange(range),
  });
  const [keys] = parts;
  return decodeKeyTexts(keys && (await decompress(keys)), keyColumns);
}

/** A range as it travels. */
export function sentRange({ after, to }: KeyRange): { after?: string[]; to?: string[] } {
  return { ...(after && { after: [...after] }), ...(to && { to: [...to] }) };
}
