import { judge, leadsOver, tellingWindows } from '../backtest/backtest.ts';
import { type Candidate, isLearned } from '../backtest/candidates.ts';
import { featureCount } from '../features/feature-rows.ts';
import type { Fitted, FittedPast } from '../fitted.ts';
import type { ForecastInput } from '../forecast-input.ts';
import { findBins } from '../learned/learn.ts';
import { simpleRules } from '../models.ts';
import type { Prepared } from '../prepare.ts';
import type { ForecastTask } from '../threads/forecast-tasks.ts';
import type { ForecastThreads } from '../threads/forecast-threads.ts';
import type { TimeGrid } from '../time-grid.ts';

const mostWindows = 8;
/** In shares of all reads. */
const mayBeBehind = 0.01;
const mayLose = 0.05;
const standardErrors = 3;

/** Starts of the windows, oldest first, of which nothing was known when the choice was learned: the latest eight, a horizon apart. */
export function unseenWindows({ end }: FittedPast, { fullEnd, horizonBuckets }: TimeGrid): number[] {
  const starts: number[] = [];
  for (
    let start = fullEnd - horizonBuckets;
    start >= end && starts.length < mostWindows;
    start -= horizonBuckets
  )
    starts.unshift(start);
  return starts;
}

/**
 * Why a stored choice does not hold any longer, in a few words; undefined while it does. On the windows that came since it was learned, at
 * the size that it was judged at, it is set against the simple rule that did best on them:
 *
 * - a choice among all models must not be behind that rule by more than 0.01 of all reads;
 * - its lead over the best rule must not be smaller than in the backtest by more than 0.05, nor by more than three standard errors of
 *   the difference, of which the larger counts: s · √(1/m + 1/n) for s the standard deviation of the lead in the m windows of
 *   the backtest, and n windows since.
 *
 * Where no window with reads has passed there is nothing to hold against it. `prepared` has rows of the windows that came since.
 */
export async function driftOf(
  fitted: Fitted,
  prepared: Prepared,
  input: ForecastInput,
): Promise<string | undefined> {
  const { rows, sample } = prepared;
  const { grid, threads, options } = input;
  const windows = tellingWindows(rows);
  if (windows.length === 0) return undefined;
  const budget = { judgedShare: fitted.judgedShare, known: sample.known };
  const historyMs = (grid.fullEnd - grid.first) * grid.bucketMs;
  const rules = simpleRules(historyMs).map((rule) => judge({ rule }, rows, windows, budget));
  const candidate = await judgedOn(prepared, fitted.candidate, threads);
  const leads = leadsOver(rules, judge(candidate, rows, windows, budget));
  const lead = mean(leads);
  if (options.model === 'auto' && lead < -mayBeBehind)
    return `a simple rule now serves ${points(-lead)} points more`;
  const before = fitted.backtest.leads;
  const error = deviation(before) * Math.sqrt(1 / before.length + 1 / leads.length);
  if (mean(before) - lead > Math.max(mayLose, standardErrors * error))
    return `its lead over simple rules went from ${points(mean(before))} to ${points(lead)} points`;
  return undefined;
}

/** The candidate with what its forests say of these rows, none of which they were fitted to. */
async function judgedOn(
  { rows }: Prepared,
  candidate: Candidate,
  threads: ForecastThreads,
): Promise<Candidate> {
  if (!isLearned(candidate)) return candidate;
  const { edges, forests } = candidate.learned;
  const bins = new Uint8Array(new SharedArrayBuffer(Math.max(1, rows.count * featureCount)));
  await findBins(rows, bins, threads, edges);
  const judged = await threads.run<Float32Array>(
    forests.map((forest): ForecastTask => ({ do: 'judge', forest, rows, bins, start: 0, end: rows.count })),
  );
  return { ...candidate, learned: { ...candidate.learned, bins, judged } };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function deviation(values: number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

function points(share: number): string {
  return (100 * share).toFixed(1);
}
