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
  /** The same of each window. */
  servedByWindow: number[];
}

/** Windows with reads enough to tell rankings apart. */
export function tellingWindows(rows: TrainingRows, from = 0): number[] {
  const windows: number[] = [];
  for (let origin = from; origin < rows.readsInAll.length; origin++)
    if (rows.readsInAll[origin]! >= leastReads) windows.push(origin);
  return windows;
}

/** `judgedShare` is the share of the known keys that is planned; `known` counts those, by origin. */
export function judge(
  candidate: Candidate,
  rows: TrainingRows,
  windows: number[],
  { judgedShare, known }: { judgedShare: number; known: number[] },
): Judgement {
  let hitRate = 0;
  let served = 0;
  const servedByWindow: number[] = [];
  for (const origin of windows) {
    const share = servedShare(scoresAt(candidate, rows, origin), rows, origin, known[origin]! * judgedShare);
    hitRate += share.hitRate / windows.length;
    served += share.served / windows.length;
    servedByWindow.push(share.served);
  }
  return { candidate, hitRate, served, servedByWindow };
}

/** The one that served most; of equal ones the later in the list. Undefined for an empty list. */
export function best(judgements: Judgement[]): Judgement | undefined {
  let found: Judgement | undefined;
  for (const judgement of judgements) if (!found || judgement.served >= found.served) found = judgement;
  return found;
}

/** By window, how much more than the best simple rule a candidate served; empty without a rule. All are judged on the same windows. */
export function leadsOver(rules: Judgement[], { servedByWindow }: Judgement): number[] {
  const rule = best(rules);
  return rule ? servedByWindow.map((served, i) => served - rule.servedByWindow[i]!) : [];
}
