import { best, type Judgement, judge, leadsOver, tellingWindows } from './backtest/backtest.ts';
import { calibrationError } from './backtest/calibration-error.ts';
import { type Candidate, candidatesOf, isLearned } from './backtest/candidates.ts';
import { outcomesAt } from './key-rates.ts';
import type { Learned } from './learned/learn.ts';
import { decayRules, type ForecastModel, type SimpleRule } from './models.ts';
import type { Prepared } from './prepare.ts';
import type { ModelName, ModelScore } from './report.ts';
import type { TimeGrid } from './time-grid.ts';
import type { VolumeForecast } from './volume-forecast.ts';

/** In share of reads served. */
const marginByKeys = 0.02;

export interface Choice {
  candidate: Candidate;
  from: 'backtest' | 'named' | 'default';
  /** What the candidate served in the backtest; NaN where nothing could be tested. */
  served: number;
  hitRate: number;
  /** Windows that all candidates were judged on. */
  judgedOn: number;
  /** Windows that the candidate can be judged on, none of which it was fitted to. */
  windows: number[];
  models: ModelScore[];
  /** By window of the backtest, how much more than the best simple rule the candidate served. */
  leads: number[];
}

export interface ChoiceOptions {
  model: ForecastModel;
  /** Share of the known keys that candidates are judged at. */
  judgedShare: number;
  /** Undefined where the history is too short to learn from. */
  learned: Learned | undefined;
  decay: SimpleRule;
  /** Whether that decayed count was tuned: then no other one is taken, whatever it served. */
  tuned: boolean;
  /** A tuned weight of the decayed count beside the forests. */
  decayWeight?: number | undefined;
  volume: VolumeForecast;
  /** Of which candidates to find out how good their confidence would be, which costs more than all else here. */
  calibrated: 'every' | 'chosen';
}

/** Judges every candidate on the same windows, and takes the one that served most, or the best of the model that was named. */
export function choose({ rows, sample }: Prepared, grid: TimeGrid, options: ChoiceOptions): Choice {
  const { model, judgedShare, learned, decay, tuned, volume, calibrated } = options;
  const windows = tellingWindows(rows, learned?.folds[0]?.from ?? 0);
  const historyMs = (grid.fullEnd - grid.first) * grid.bucketMs;
  const calibrationOf = (candidate: Candidate) =>
    calibrationError(windows.map((window) => outcomesAt(candidate, rows, window, grid, volume)));
  const scores: { judgement: Judgement; score: ModelScore }[] = [];
  for (const candidate of candidatesOf(learned, decay, historyMs, options.decayWeight)) {
    const began = performance.now();
    const judgement = judge(candidate, rows, windows, { judgedShare, known: sample.known });
    const score: ModelScore = {
      ...nameOf(candidate, grid.horizonMs),
      hitRate: judgement.hitRate,
      served: judgement.served,
      calibrationError: calibrated === 'every' ? calibrationOf(candidate) : undefined,
      ms: performance.now() - began,
      windows: windows.length,
      chosen: false,
      reason: undefined,
    };
    scores.push({ judgement, score });
  }
  // Models of series stand on the decayed count: they speak of a few keys alone.
  const name = model === 'arima' || model === 'lstm' ? 'decay' : model;
  const ruledOut = ({ candidate }: Judgement) =>
    tuned && !isLearned(candidate) && candidate.rule.model === 'decay' && candidate.rule !== decay;
  const wanted = scores.filter(
    ({ judgement, score }) => (name === 'auto' || score.model === name) && !ruledOut(judgement),
  );
  const found =
    windows.length > 0
      ? bestProven(
          wanted.map(({ judgement }) => judgement),
          learned,
        )
      : undefined;
  const unproven = name === 'auto' ? undefined : wanted.at(-1)?.judgement.candidate;
  const candidate = found?.candidate ?? unproven ?? { rule: decay };
  for (const { judgement, score } of scores) {
    score.chosen = judgement.candidate === candidate;
    if (score.chosen) score.calibrationError ??= calibrationOf(candidate);
    if (!score.chosen && found)
      score.reason = ruledOut(judgement) ? 'half-life is tuned' : behind(found.served - judgement.served);
  }
  return {
    candidate,
    from: found ? (model === 'auto' ? 'backtest' : 'named') : 'default',
    served: found?.served ?? Number.NaN,
    hitRate: found?.hitRate ?? Number.NaN,
    judgedOn: windows.length,
    windows: isLearned(candidate) ? windows : tellingWindows(rows),
    leads: found
      ? leadsOver(
          scores.map(({ judgement }) => judgement).filter((one) => !isLearned(one.candidate)),
          found,
        )
      : [],
    models: windows.length === 0 ? [] : scores.map(({ score }) => score).sort((a, b) => b.served - a.served),
  };
}

/** Forests that were judged on other keys of the same windows are flattered, and must be ahead of every rule by a margin. */
function bestProven(judgements: Judgement[], learned: Learned | undefined): Judgement | undefined {
  const found = best(judgements);
  if (learned?.folds[0]?.half === undefined || !found || !isLearned(found.candidate)) return found;
  const rule = best(judgements.filter(({ candidate }) => !isLearned(candidate)));
  return rule && found.served < rule.served + marginByKeys ? rule : found;
}

/** Finds the half-life whose decayed count served most in the windows before an origin; undefined where none of them tells anything. */
export function bestDecays(
  { rows, sample }: Prepared,
  judgedShare: number,
): (until: number) => SimpleRule | undefined {
  const windows = tellingWindows(rows);
  const judged = decayRules.map((rule) => ({
    rule,
    ...judge({ rule }, rows, windows, { judgedShare, known: sample.known }),
  }));
  return (until) => {
    const count = windows.filter((window) => window < until).length;
    let found: { rule: SimpleRule; served: number } | undefined;
    for (const { rule, servedByWindow } of judged) {
      const served = servedByWindow.slice(0, count).reduce((sum, share) => sum + share, 0);
      if (count > 0 && served >= (found?.served ?? 0)) found = { rule, served };
    }
    return found?.rule;
  };
}

export function nameOf(candidate: Candidate, horizonMs: number): ModelName {
  if (isLearned(candidate)) {
    const { decay, decayWeight } = candidate;
    return { model: 'learned', decayWeight, halfLifeMs: (decay.halfLife ?? 1) * horizonMs };
  }
  const { model, halfLife, cycleMs } = candidate.rule;
  return {
    model,
    ...(halfLife === undefined ? {} : { halfLifeMs: halfLife * horizonMs }),
    ...(cycleMs === undefined ? {} : { cycleMs }),
  };
}

function behind(distance: number): string {
  return distance <= 0
    ? 'as good, not simpler'
    : `${(100 * distance).toFixed(distance < 0.01 ? 2 : 1)} points behind`;
}
