import type { AgentClient } from '../../agent/client.ts';
import { decompress } from '../../agent/compression.ts';
import { decodeKeyTexts } from '../../agent/key-texts.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';

/** The lane at the donor that ranges are cut on. */
const cutLane = 2;
const cutAtOnce = 64;

export interface NumberedRange {
  n: number;
  range: KeyRange;
}

export interface CutOptions {
  keyColumns: number;
  /** Told of each cut, in the order of the table. */
  onCut?: (cut: readonly string[]) => void;
  /** Of each range, at the time that it is cut. */
  rows(): number;
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
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    lead: AgentClient,
    options: CutOptions,
    { n, after }: { n: number; after: readonly string[] | undefined },
  ) {
    this.#lead = lead;
    this.#options = options;
    this.#n = n;
    this.#after = after;
  }

  /** Whether the last range was given. */
  get isOver(): boolean {
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
    if (this.#cuts.length === 0 && !this.#isCutToEnd) {
      const rows = this.#options.rows();
      this.#cuts = await cutRange(
        this.#lead,
        { after: this.#after },
        { ...this.#options, rowsEach: rows, count: cutAtOnce },
      );
      this.#isCutToEnd = this.#cuts.length < cutAtOnce;
    }
    const after = this.#after;
    const to = this.#cuts.shift();
    this.#isOver = to === undefined;
    if (to) this.#options.onCut?.(to);
    this.#after = to;
    return { n: this.#n++, range: { after, to } };
  }
}

/** The same of a table that was cut before. */
export class KnownRanges {
  readonly #cuts: readonly (readonly string[])[];
  #n = 0;

  constructor(cuts: readonly (readonly string[])[]) {
    this.#cuts = cuts;
  }

  get isOver(): boolean {
    return this.#n > this.#cuts.length;
  }

  async next(): Promise<NumberedRange | undefined> {
    if (this.isOver) return undefined;
    const n = this.#n++;
    return { n, range: { after: this.#cuts[n - 1], to: this.#cuts[n] } };
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
