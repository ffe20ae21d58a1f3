import type { Clock, Wait } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { applyRound, type DeltaSides } from './delta-rounds.ts';
import type { RunFact } from './events.ts';
import type { Donor } from './run.ts';

/** Between two looks at the Delta Log: short while there are changes, longer and longer while there are none. */
const shortestPauseMs = 50;
const longestPauseMs = 1000;

/** So many changed keys may lie in the log before those that the joiner has for good are taken out, a part at a time. */
const keptKeys = 20_000;
const prunedKeys = 5000;

/** After the signal, so many chunks may still be under way to a moment at which both sides are equal. */
const lastRounds = 100;

/** Where a joiner stands that was followed until the signal tripped. */
export interface Followed {
  watermark: number;
  rows: number;
  /** Whether it equals the lead at that watermark; otherwise it is in the middle of a round. */
  isLevel: boolean;
}

/**
 * Applies what changes at the lead to a joiner that is in its place, until the signal trips, and then once more: what was committed at the lead by
 * then has arrived. Rejects where the lead's table is altered: the joiner stays as it was then.
 */
export async function follow(
  sides: DeltaSides & { joinerName: string; clock: Clock; wait: Wait },
): Promise<Followed> {
  const { lead, joiner, emit, clock, wait, signal, joinerName } = sides;
  let pauseMs = shortestPauseMs;
  let roundsLeft = lastRounds;
  let unpruned = prunedKeys;
  for (;;) {
    const askedAtMs = clock.nowMs();
    const isLast = signal.aborted;
    const round = await applyRound(sides).catch((error: unknown) => {
      throw toldOf(error, lead.name, joinerName);
    });
    const { watermark, backlog, complete } = round;
    const followed: RunFact = {
      ...{ type: 'followed', watermark, keys: backlog },
      ...(complete ? { levelAtMs: askedAtMs } : {}),
    };
    emit(followed);
    if (isLast && (complete || --roundsLeft === 0)) {
      const { rows } = (await joiner.call('joiner.count', {})).result;
      emit({ ...followed, rows });
      return { watermark, rows, isLevel: complete };
    }
    if (!complete) continue;
    unpruned += round.keys;
    if (unpruned >= prunedKeys) {
      await prune(lead, watermark);
      unpruned = 0;
    }
    pauseMs = round.keys > 0 ? shortestPauseMs : Math.min(longestPauseMs, pauseMs * 2);
    await wait(pauseMs, signal);
  }
}

/** The log would grow with every key that is ever written; the joiner, which forces its rows to disk, never asks for these again. */
async function prune({ agent }: Donor, watermark: number): Promise<void> {
  const { result: log } = await agent.call('capture.read', {});
  for (let keys = log.keys; keys > keptKeys; ) {
    const { result: left } = await agent.call('delta.prune', { watermark, maxKeys: prunedKeys });
    if (left.complete) return;
    keys = left.keys;
  }
}

/** What the copy would advise is no help for a joiner that is there. */
function toldOf(error: unknown, lead: string, joiner: string): unknown {
  if (!(error instanceof ForesyncError)) return error;
  if (error.code === 'table-altered')
    return new ForesyncError(
      'data',
      'table-altered',
      `The table was altered at ${printable(lead)}: ${printable(joiner)} stays as it was before, and is not followed any longer.`,
      { hint: 'Copy it anew with --replace.', cause: error },
    );
  if (error.code === 'log-broken')
    return new ForesyncError('stopped', 'log-broken', error.message, {
      hint: 'Run the same command again: it compares both sides anew, and goes on.',
      cause: error,
    });
  return error;
}
