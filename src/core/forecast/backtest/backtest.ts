import type { TrainingRows } from '../learned/training-rows.ts';
import { type Candidate, scoresAt } from './candidates.ts';
import { leastReads, servedShare } from './served-share.ts';

/** What a candidate was worth on earlier windows. */
export interface Judgement {
  candidate: Candidate;
  /** Share of the reads that the plan's budget would have served, mean over the windows. */
  hitRate: number;
  /** What the choice goes by: the same with the budget's shorter heads. */
  served: number;
}

/** Windows with reads enough to tell rankings apart. */
export function tellingWindows(rows: TrainingRows, from = 0): number[] {
  const windows: number[] = [];
  for (let origin = from; origin < rows.readsInAll.length; origin++)
    if (rows.readsInAll[origin]! >= leastReads) windows.push(origin);
  return windows;
}

/** `budgetShare` is the plan's budget as a share of the known keys; `known` counts those, by origin. */
export function judge(
  candidate: Candidate,
  rows: TrainingRows,
  windows: number[],
  { budgetShare, known }: { budgetShare: number; known: number[] },
): Judgement {
  let hitRate = 0;
  let served = 0;
  for (const origin of windows) {
    const share = servedShare(scoresAt(candidate, rows, origin), rows, origin, known[origin]! * budgetShare);
    hitRate += share.hitRate / windows.length;
    served += share.served / windows.length;
  }
  return { candidate, hitRate, served };
}

/** The one that served most; of equal ones the later in the list. Undefined for an empty list. */
export function best(judgements: Judgement[]): Judgement | undefined {
  let found: Judgement | undefined;
  for (const judgement of judgements) if (!found || judgement.served >= found.served) found = judgement;
  return found;
}
