import type { PlanReport } from '../core/plan/plan-report.ts';
import { type Gate, judge } from './gate.ts';

/**
 * Judges a plan by the smaller of two figures. The backtested one was measured, but at a number of keys that was known before
 * anything was forecast, which may be more than the plan has; the expected one is of this very plan, but a forecast.
 */
export function judgePlan({ backtestedHitRate, expectedHitRate }: PlanReport, failUnder: number): Gate {
  const hitRate = backtestedHitRate === undefined ? undefined : Math.min(backtestedHitRate, expectedHitRate);
  const isMeasured = hitRate === backtestedHitRate;
  return judge(failUnder, hitRate, {
    what: isMeasured ? 'The hit rate on earlier windows' : 'The hit rate that this plan expects',
    unknown: 'The history is too short to test a plan on earlier windows: there is no hit rate to judge.',
    hint: "Read more of the logs with 'foresync analyze', or look less far ahead with --horizon.",
  });
}
