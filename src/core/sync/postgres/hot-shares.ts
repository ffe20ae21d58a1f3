import type { Batch, Batches } from '../batches.ts';

interface Share {
  batch: Batch;
  donor: string;
}

/**
 * The plan's batches that are still to be asked for, best first. A standby takes those that the plan has for it, and those of the lead and of whoever gives no rows; one that has
 * nothing under way takes another's as well. So the lead is spared, each gives a share by its speed, and the best keys wait for nobody.
 */
export class HotShares {
  readonly #waiting: Share[];
  /** Those that have a share of their own. */
  readonly #standbys: Set<string>;
  readonly #forLead: Batch[] = [];

  constructor({ byDonor }: Batches, standbys: Iterable<string>) {
    this.#standbys = new Set(standbys);
    const shares = [...byDonor];
    const longest = Math.max(0, ...shares.map(([, { length }]) => length));
    // Of all donors' in turn, so that the best of each come before the worst of any.
    this.#waiting = Array.from({ length: longest }, (_, place) =>
      shares.flatMap(([donor, { [place]: batch }]) => (batch ? [{ donor, batch }] : [])),
    ).flat();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#forLead.length === 0;
  }

  /** The next batch for a standby. */
  next(standby: string, { isIdle }: { isIdle: boolean }): Batch | undefined {
    const own = this.#waiting.findIndex(({ donor }) => donor === standby || !this.#standbys.has(donor));
    const place = own < 0 && isIdle ? 0 : own;
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0]?.batch;
  }

  /** The next batch for the lead, which takes what nobody else does. */
  nextForLead(): Batch | undefined {
    return this.#waiting.shift()?.batch ?? this.#forLead.shift();
  }

  /** A batch that this standby cannot give, and another could not either. */
  leaveToLead(batch: Batch): void {
    this.#forLead.push(batch);
  }

  /** A standby gives nothing any more: its share is anybody's, and what it was asked for comes next. */
  lost(standby: string, undelivered: Iterable<Batch>): void {
    this.#standbys.delete(standby);
    this.#waiting.unshift(...[...undelivered].map((batch) => ({ batch, donor: standby })));
  }
}
