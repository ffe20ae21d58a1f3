import type { AgentClient } from '../../agent/client.ts';
import type { Wait } from '../../clock.ts';
import type { Emit } from '../events.ts';
import { applyAll } from './apply-changes.ts';
import { settled } from './capture.ts';
import type { Drain } from './drain.ts';

/** From this share of the budget on what waits is applied between chunks. */
const tightShare = 0.5;

export interface BetweenOptions {
  lead: AgentClient;
  joiner: AgentClient;
  drain: Drain;
  emit: Emit;
  wait: Wait;
  signal: AbortSignal;
}

/**
 * Applies changes while the table is being copied, once half of the Delta Log's budget is full. No chunk may be under way then: one that was read before
 * would put older rows in the place of what was applied. And none is read until all that was applied is seen by everybody, for the stream brings a commit that
 * waits for a standby before anybody sees it.
 */
export class ChangesBetween {
  readonly #options: BetweenOptions;
  #underWay = 0;
  #idle: () => void = () => undefined;
  #round: Promise<void> | undefined;
  #hasTold = false;

  constructor(options: BetweenOptions) {
    this.#options = options;
  }

  /** Resolves when a chunk may be read; `left` must follow when it is at the joiner. `signal`: none of those that are under way will be any more. */
  async enter(signal: AbortSignal): Promise<void> {
    while (this.#round || this.#isTight) {
      this.#round ??= this.#apply(signal).finally(() => {
        this.#round = undefined;
      });
      await this.#round;
    }
    this.#underWay += 1;
  }

  left(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#idle();
  }

  get #isTight(): boolean {
    const { drain } = this.#options;
    return drain.pendingBytes > tightShare * drain.budgetBytes;
  }

  async #apply(signal: AbortSignal): Promise<void> {
    const { lead, drain, emit } = this.#options;
    if (!this.#hasTold)
      emit({
        type: 'note',
        level: 'info',
        text: 'Half the budget of the Delta Log is full: changes go between chunks.',
      });
    this.#hasTold = true;
    await drain.whileApplying(async () => {
      if (this.#underWay > 0) await this.#lastChunk(signal);
      await applyAll(this.#options);
    });
    const { result } = await lead.call('pg.capture.under-way', {});
    await settled(lead, { ...this.#options, below: result.below });
  }

  async #lastChunk(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    signal.throwIfAborted();
  }
}
