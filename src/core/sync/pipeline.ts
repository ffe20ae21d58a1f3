/** Chunks under way where no time is lost on the way: the donor reads one, another is packed, sent and written. */
const leastDepth = 4;
/** Bounds what either side holds in memory. */
const mostDepth = 12;
/** A chunk leaves about so often where nothing but the hosts' own work holds it back. */
const chunkEveryMs = 20;

/** zstd's levels for rows: where processors are what is short, and where the link is. Level 9 leaves a tenth less of texts, in four times the time. */
const levels = { quick: 3, small: 9 } as const;
/** So many bytes that wait for the link are more than a short burst. */
const waitingBytes = 512 * 1024;
/** A joiner that waits so long for its next chunk is not what holds them back. */
const idleMs = 20;

/** What of an `AgentClient` tells how its link is. */
interface Link {
  readonly roundTripMs: number;
  readonly unsentBytes: number;
  readonly idleMs: number;
}

/**
 * Fits the way from a donor to the joiner to the link and the processors: as many chunks are asked for ahead as fill the
 * round trips, and they are packed smaller while the link is what they wait for.
 */
export class Pipeline {
  readonly #donor: Link;
  readonly #joiner: Link;
  readonly #isServed: boolean;
  #waits = false;

  /** `isServed`: somebody reads at the joiner; how many chunks are on their way there a `DeliveryWindow` tells then. */
  constructor(donor: Link, joiner: Link, { isServed = false } = {}) {
    this.#isServed = isServed;
    this.#donor = donor;
    this.#joiner = joiner;
  }

  /** Chunks that may be under way at once. */
  get depth(): number {
    const roundTripMs = this.#donor.roundTripMs + (this.#isServed ? 0 : this.#joiner.roundTripMs);
    return Math.min(mostDepth, leastDepth + Math.round(roundTripMs / chunkEveryMs));
  }

  /** How the next chunk is packed. */
  get level(): number {
    return this.#waits ? levels.small : levels.quick;
  }

  /** To be told when a chunk has come from the donor. The link is what holds them back where chunks wait for it, and the joiner for chunks. */
  arrived(): void {
    this.#waits = this.#joiner.unsentBytes > waitingBytes && this.#joiner.idleMs > idleMs;
  }
}
