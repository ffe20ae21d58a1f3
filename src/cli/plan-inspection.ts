import { existsSync } from 'node:fs';
import { ForesyncError } from '../core/errors.ts';
import { openHistory } from '../core/history/open-history.ts';
import { type FindPast, InspectedPlan } from '../core/plan/inspect/inspected-plan.ts';
import { keyPast } from '../core/plan/inspect/key-past.ts';
import { PlanIndex } from '../core/plan/inspect/plan-index.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { printable } from '../core/text.ts';
import { formatCount, formatPercent } from '../ui/format.ts';
import { progressText } from './progress-text.ts';

export interface OpenInspection {
  plan: InspectedPlan;
  close(): Promise<void>;
}

/**
 * Opens a plan file to be looked into, and the state file for what it knows of the keys; on a terminal a line tells how far that is. Without a state
 * file there is no history, and whoever asks for one is told so; one that was named must be there.
 */
export async function openInspection(
  file: string,
  state: { file: string; isNamed: boolean },
  signal: AbortSignal,
): Promise<OpenInspection> {
  const index = await watchedIndex(file, signal);
  try {
    const past = openPasts(state, Date.parse(index.header.origin));
    return {
      plan: new InspectedPlan(index, past.find),
      close: async () => {
        past.close();
        await index.close();
      },
    };
  } catch (error) {
    await index.close();
    throw error;
  }
}

/** Reads a plan file whole, with a line on a terminal that tells how far that is. */
export async function watchedIndex(file: string, signal: AbortSignal): Promise<PlanIndex> {
  const line = progressText('auto');
  try {
    return await PlanIndex.open(file, {
      signal,
      onProgress: (done, all) =>
        line?.show(
          () =>
            `reading ${printable(file, 40)}  ${formatPercent(all > 0 ? done / all : 1)}  ${formatCount(done)} of ${formatCount(all)} keys`,
        ),
    });
  } finally {
    line?.clear();
  }
}

function openPasts(
  { file, isNamed }: { file: string; isNamed: boolean },
  originMs: number,
): { find: FindPast; close(): void } {
  let state: StateFile | undefined;
  let reason = `There is no state file ${printable(file)} here, so only the plan speaks. Name it with --state.`;
  try {
    if (!existsSync(file)) {
      if (isNamed)
        throw new ForesyncError('data', 'history-missing', `There is no state file ${printable(file)}.`, {
          hint: 'Name the one that the plan was made from, or leave --state out.',
        });
    } else state = openState(file);
  } catch (error) {
    if (isNamed || !(error instanceof ForesyncError)) throw error;
    // Nobody asked for this file by name; the plan can be looked into without it.
    reason = error.message;
  }
  if (!state) return { find: () => ({ absent: reason }), close: () => undefined };
  const opened = state;
  return { find: (key) => pastOf(opened, key, originMs), close: () => opened.close() };
}

function pastOf(state: StateFile, key: string, originMs: number): ReturnType<FindPast> {
  try {
    const past = keyPast(openHistory(state), key, originMs);
    return past ?? { absent: 'The access history does not have this key.' };
  } catch (error) {
    // A history that is older than this program is told where it is missed.
    if (error instanceof ForesyncError) return { absent: error.message };
    throw error;
  }
}
