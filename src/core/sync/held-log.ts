import type { Clock } from '../clock.ts';
import type { HeldCapture } from './capture-lease.ts';
import type { Emit } from './events.ts';
import { LogGrowth } from './log-growth.ts';
import type { Donor } from './run.ts';

/** The Delta Log that a prefetch leaves running: how fast it grew meanwhile, and whether it has room for its time. */
export class HeldLog {
  readonly #growth = new LogGrowth();
  readonly #budgetKeys: number;
  readonly #emit: Emit;
  readonly #clock: Clock;

  constructor({ keys, budgetKeys }: HeldCapture, { emit, clock }: { emit: Emit; clock: Clock }) {
    this.#budgetKeys = budgetKeys;
    this.#emit = emit;
    this.#clock = clock;
    this.#saw(keys);
  }

  /** Looks once more, and warns where at this pace it is full before `keepMs` are over. */
  async judge(lead: Donor, keepMs: number): Promise<void> {
    const { result } = await lead.agent.call('capture.read', {});
    this.#saw(result.keys);
    const fullInMs = this.#growth.msUntil(this.#budgetKeys);
    if (fullInMs === undefined || fullInMs >= keepMs) return;
    const text = `The Delta Log grows by ${Math.ceil(this.#growth.perSecond ?? 0)} keys/s: its budget of ${this.#budgetKeys} keys is full in ${Math.ceil(fullInMs / 60_000)} min. Add the replica before, or give a larger --delta-budget.`;
    this.#emit({ type: 'note', level: 'warning', text });
  }

  #saw(keys: number): void {
    this.#growth.add(this.#clock.nowMs(), keys);
    this.#emit({ type: 'delta-log', keys, budgetKeys: this.#budgetKeys });
  }
}
