import type { PlanEntry } from '../prefetch-plan.ts';

/** Names that repeat, each held once. */
class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.list.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }
}

/** What stands for no donor. */
export const noDonor = 0xffff_ffff;

/** The figures of a plan's entries, each column as long as the plan; 61 bytes an entry. */
export class EntryColumns {
  length = 0;
  confidence: Float64Array;
  expectedReads: Float64Array;
  expectedWrites: Float64Array;
  /** NaN where the plan does not say it. */
  sizeBytes: Float64Array;
  expectedAtMs: Float64Array;
  /** Places in `donors`, or `noDonor`. */
  donor: Uint32Array;
  /** Places in `models`. */
  model: Uint32Array;
  /** 1 for an entry that is pinned. */
  pinned: Uint8Array;
  /** Where the entry's line begins in the file. */
  offset: Float64Array;
  /** How many bytes its line has. */
  bytes: Uint32Array;
  readonly #donors = new Names();
  readonly #models = new Names();

  /** `entries` is how many there will be; never more than are held. */
  constructor(entries: number) {
    this.confidence = new Float64Array(entries);
    this.expectedReads = new Float64Array(entries);
    this.expectedWrites = new Float64Array(entries);
    this.sizeBytes = new Float64Array(entries);
    this.expectedAtMs = new Float64Array(entries);
    this.donor = new Uint32Array(entries);
    this.model = new Uint32Array(entries);
    this.pinned = new Uint8Array(entries);
    this.offset = new Float64Array(entries);
    this.bytes = new Uint32Array(entries);
  }

  get donors(): readonly string[] {
    return this.#donors.list;
  }

  get models(): readonly string[] {
    return this.#models.list;
  }

  add(entry: PlanEntry, offset: number, bytes: number): void {
    const at = this.length++;
    this.confidence[at] = entry.confidence;
    this.expectedReads[at] = entry.expectedReads;
    this.expectedWrites[at] = entry.expectedWrites;
    this.sizeBytes[at] = entry.sizeBytes ?? Number.NaN;
    this.expectedAtMs[at] = Date.parse(entry.expectedAt);
    this.donor[at] = entry.donor === undefined ? noDonor : this.#donors.numberOf(entry.donor);
    this.model[at] = this.#models.numberOf(entry.model);
    this.pinned[at] = entry.pinned ? 1 : 0;
    this.offset[at] = offset;
    this.bytes[at] = bytes;
  }
}
