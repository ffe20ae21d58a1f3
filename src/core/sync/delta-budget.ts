import type { Clock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { PhaseEta } from './eta.ts';
import type { Emit } from './events.ts';
import { LogGrowth } from './log-growth.ts';
import { type Donor, deltaLimits } from './run.ts';

/** From this share of the budget on, changes and chunks take turns. */
const tightShare = 0.5;
/** From this share on, no chunk is asked for until the log is shorter. */
const fullShare = 0.9;
/** So many times in a row it may be pruned there without getting shorter. */
const maxPrunesWithoutGain = 20;

/**
 * Keeps the Delta Log at the lead within its budget. It hears of the log's size with each answer of the lead, tells it,
 * warns once where it will be full before the snapshot is done, and says what to ask for next. What the joiner has
 * applied is pruned from a log that is tight.
 *
 * Changes may go before chunks because both travel in one ordered stream: a chunk that was read before a round is
 * applied before it, so that no older row comes after a newer one.
 */
export class DeltaBudget {
  readonly #lead: Donor;
  readonly #budgetKeys: number;
  readonly #emit: Emit;
  readonly #clock: Clock;
  readonly #growth = new LogGrowth();
  #eta: PhaseEta | undefined;
  #keys = 0;
  #prunedTo = 0;
  #wasRound = false;
  #smallestKeys = Number.POSITIVE_INFINITY;
  #withoutGain = 0;
  #hasWarned = false;
  #hasYielded = false;

  constructor(lead: Donor, budgetKeys: number, { emit, clock }: { emit: Emit; clock: Clock }) {
    this.#lead = lead;
    this.#budgetKeys = budgetKeys;
    this.#emit = emit;
    this.#clock = clock;
  }

  /** The log holds so many keys. */
  saw(keys: number): void {
    this.#keys = keys;
    this.#growth.add(this.#clock.nowMs(), keys);
    this.#emit({ type: 'delta-log', keys, budgetKeys: this.#budgetKeys });
  }

  /** So much of the table is at the joiner. */
  progress(share: number): void {
    const nowMs = this.#clock.nowMs();
    this.#eta ??= new PhaseEta(nowMs, share);
    this.#eta.progress(nowMs, share);
    this.#warn(this.#eta.at(nowMs)?.remainingMs);
  }

  /** What to ask the lead for next, while there are chunks to ask for. */
  next(): 'chunk' | 'round' {
    const share = this.#keys / this.#budgetKeys;
    const isRound = share >= fullShare || (share >= tightShare && !this.#wasRound);
    this.#wasRound = isRound;
    if (isRound && !this.#hasYielded) {
      this.#hasYielded = true;
      this.#note('info', 'Half the budget of the Delta Log is full: changes go between chunks.');
    }
    return isRound ? 'round' : 'chunk';
  }

  /**
   * The joiner has all changes up to `watermark`: they go from a log that is tight. Rejects with `delta-budget-reached`,
   * which can be resumed, where that makes a log that is almost full no shorter.
   */
  async applied(watermark: number, signal: AbortSignal): Promise<void> {
    if (this.#keys < tightShare * this.#budgetKeys || watermark <= this.#prunedTo) return;
    this.#prunedTo = watermark;
    for (let complete = false; !complete; ) {
      // Who asked for the round sees to it.
      if (signal.aborted) return;
      const { maxKeys } = deltaLimits;
      const { result } = await this.#lead.agent.call('delta.prune', { watermark, maxKeys });
      complete = result.complete;
      this.saw(result.keys);
    }
    this.#judge();
  }

  #judge(): void {
    const isShorter = this.#keys < this.#smallestKeys;
    if (this.#keys < fullShare * this.#budgetKeys) {
      this.#smallestKeys = Number.POSITIVE_INFINITY;
      this.#withoutGain = 0;
      return;
    }
    this.#smallestKeys = Math.min(this.#smallestKeys, this.#keys);
    this.#withoutGain = isShorter ? 0 : this.#withoutGain + 1;
    if (this.#withoutGain >= maxPrunesWithoutGain)
      throw budgetReached(this.#lead.name, this.#keys, this.#budgetKeys);
  }

  #warn(remainingMs: number | undefined): void {
    const fullInMs = this.#growth.msUntil(this.#budgetKeys);
    if (this.#hasWarned || remainingMs === undefined || fullInMs === undefined || fullInMs > remainingMs)
      return;
    this.#hasWarned = true;
    const perSecond = Math.ceil(this.#growth.perSecond ?? 0);
    this.#note(
      'warning',
      `The Delta Log grows by ${perSecond} keys/s: its budget of ${this.#budgetKeys} keys is full in ${seconds(fullInMs)}, and the snapshot needs ${seconds(remainingMs)}.`,
    );
  }

  #note(level: 'info' | 'warning', text: string): void {
    this.#emit({ type: 'note', level, text });
  }
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

function budgetReached(donor: string, keys: number, budgetKeys: number): ForesyncError {
  return new ForesyncError(
    'stopped',
    'delta-budget-reached',
    `Writers at ${printable(donor)} are faster than the joiner: the Delta Log holds ${keys} keys of a budget of ${budgetKeys}, and does not get shorter.`,
    {
      hint: 'Run the same command again when there are fewer writes, or now with a larger --delta-budget.',
    },
  );
}
