import type { Clock } from '../clock.ts';
import { askRound, type DeltaSides, deliverRound } from './delta-rounds.ts';

const everyMs = 500;

/** Rounds of the Delta Log in between other things that are sent. */
export interface RoundsBetween {
  /** Whether it is time for one. */
  isDue(): boolean;
  /** Asks for one; `deliver` brings it to the joiner, in its turn among all that was asked for. */
  ask(): Promise<{ deliver(): Promise<void> }>;
}

/**
 * For a joiner that applications use while the snapshot comes: rows that are there must not stay as they were for as long as that takes.
 * Chunks and rounds are read in the order in which they are asked for and arrive in that order too, so that no older row overwrites a newer one.
 */
export function roundsBetween(sides: DeltaSides & { clock: Clock }): RoundsBetween {
  const { clock, emit } = sides;
  let dueAtMs = clock.nowMs() + everyMs;
  return {
    isDue: () => clock.nowMs() >= dueAtMs,
    ask: async () => {
      dueAtMs = Number.POSITIVE_INFINITY;
      const reply = await askRound(sides);
      dueAtMs = reply.result.complete ? clock.nowMs() + everyMs : 0;
      const deliver = async () => {
        await deliverRound(sides, reply);
        emit({ type: 'backlog', keys: reply.result.backlog, round: 0 });
      };
      return { deliver };
    },
  };
}
