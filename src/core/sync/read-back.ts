import type { AgentClient } from '../agent/client.ts';
import type { Donor } from './run.ts';

/**
 * What speaks for the joiner's rows before verification begins: each chunk was compared with what the table has in its places,
 * in the transaction that wrote it. Where that holds for all rows, and nobody has written at the lead meanwhile, a
 * second pass over the table would see the same rows again.
 */
export class ReadBack {
  #holds: boolean;
  #chunks = 0;
  #rows = 0;

  /** `fromStart`: the joiner holds nothing yet. */
  constructor({ fromStart }: { fromStart: boolean }) {
    this.#holds = fromStart;
  }

  /** So far; chunks that come after it has failed need not be compared. */
  get holds(): boolean {
    return this.#holds;
  }

  get chunks(): number {
    return this.#chunks;
  }

  get rows(): number {
    return this.#rows;
  }

  /** A chunk was written. `same` is the joiner's word, undefined where it was not asked. */
  take({ rows, same }: { rows: number; same?: boolean | undefined }): void {
    this.#chunks++;
    this.#rows += rows;
    if (same !== true) this.fail();
  }

  /** Some of the joiner's rows must be looked at again. */
  fail(): void {
    this.#holds = false;
  }
}

/** Whether nothing is left to compare but the changes. Of rows that displaced others the joiner holds fewer than it was given. */
export async function standsIn(
  readBack: ReadBack,
  { lead, joiner }: { lead: Donor; joiner: AgentClient },
): Promise<boolean> {
  const { result: begun } = await lead.agent.call('verify.begin', {});
  if (!readBack.holds || !begun.quiet) return false;
  const { result: held } = await joiner.call('joiner.count', {});
  return held.rows === readBack.rows;
}
