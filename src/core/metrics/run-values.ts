import { readyTimesOf } from '../ready-times-of.ts';
import type { RunReport } from './run-report.ts';

/** What a value is of: a share from 0 to 1, milliseconds, bytes, or a number of things. */
export type ValueUnit = 'share' | 'ms' | 'bytes' | 'count';

export interface RunValue {
  name: string;
  unit: ValueUnit;
  /** Which of two runs did better by it; absent where neither does. */
  better?: 'more' | 'less';
  /** Undefined where it is not known. */
  of(run: RunReport): number | undefined;
}

const readyAt =
  (share: number) =>
  ({ cameTrue }: RunReport) =>
    cameTrue && readyTimesOf(cameTrue.replica)?.times.find((time) => time.share === share)?.afterMs;

const donorSum =
  (of: (donor: NonNullable<RunReport['figures']>['donors'][number]) => number | undefined) =>
  ({ figures }: RunReport) => {
    const known = (figures?.donors ?? []).flatMap((donor) => of(donor) ?? []);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
  };

/** What runs are compared by, and what a collector is told of them, in the order in which it is shown. */
export const runValues = [
  { name: 'initialSync', unit: 'ms', better: 'less', of: ({ figures }) => figures?.inSyncMs },
  { name: 'hotReady', unit: 'ms', better: 'less', of: ({ figures }) => figures?.hotReadyMs },
  { name: 'expectedHitRate', unit: 'share', of: (run) => run.expectedHitRate },
  { name: 'planHitRate', unit: 'share', better: 'more', of: (run) => run.planHitRate },
  { name: 'replicaHitRate', unit: 'share', better: 'more', of: (run) => run.replicaHitRate },
  { name: 'readyHalf', unit: 'ms', better: 'less', of: readyAt(0.5) },
  { name: 'readyNinety', unit: 'ms', better: 'less', of: readyAt(0.9) },
  { name: 'readyNinetyNine', unit: 'ms', better: 'less', of: readyAt(0.99) },
  { name: 'plannedKeys', unit: 'count', of: ({ figures }) => figures?.plan?.keys },
  { name: 'wastedKeys', unit: 'count', better: 'less', of: ({ cameTrue }) => cameTrue?.plan?.wasted.keys },
  { name: 'wastedBytes', unit: 'bytes', better: 'less', of: ({ cameTrue }) => cameTrue?.plan?.wasted.bytes },
  {
    name: 'confidenceError',
    unit: 'share',
    better: 'less',
    of: ({ cameTrue }) => cameTrue?.plan?.calibration?.ece,
  },
  {
    name: 'expectedTimeError',
    unit: 'ms',
    better: 'less',
    of: ({ cameTrue }) => cameTrue?.plan?.expectedTimes?.medianErrorMs,
  },
  {
    name: 'deltaKeys',
    unit: 'count',
    of: ({ figures }) => (figures?.deltaRounds === undefined ? undefined : figures.moved.delta.rows),
  },
  {
    name: 'deltaBytes',
    unit: 'bytes',
    of: ({ figures }) => (figures?.deltaRounds === undefined ? undefined : figures.moved.delta.wireBytes),
  },
  { name: 'deltaRounds', unit: 'count', of: ({ figures }) => figures?.deltaRounds },
  { name: 'tableRows', unit: 'count', of: ({ figures }) => figures?.tableRows },
  { name: 'sentBytes', unit: 'bytes', better: 'less', of: sentBytes },
  { name: 'donorBytes', unit: 'bytes', better: 'less', of: donorSum(({ rawBytes }) => rawBytes) },
  { name: 'donorCpu', unit: 'ms', better: 'less', of: donorSum(({ cpuMs }) => cpuMs) },
] as const satisfies readonly RunValue[];

export type RunValueName = (typeof runValues)[number]['name'];

/** What went to the joiner. */
function sentBytes({ figures, command }: RunReport): number | undefined {
  if (!figures || command === 'prefetch') return undefined;
  const { cache: _, ...sent } = figures.moved;
  return Object.values(sent).reduce((sum, { wireBytes }) => sum + wireBytes, 0);
}

/** One figure of two runs. */
export interface ComparedValue {
  name: RunValueName;
  unit: ValueUnit;
  first: number | undefined;
  second: number | undefined;
  /** Of the second over the first; undefined where one of them is not known. */
  difference: number | undefined;
  /** Of the second; undefined where both are alike, one is not known, or neither more nor less of it is better. */
  verdict: 'better' | 'worse' | undefined;
}

/** The figures that one of two runs has. */
export function compareRuns(first: RunReport, second: RunReport): ComparedValue[] {
  return runValues.flatMap(({ name, unit, of, ...more }): ComparedValue[] => {
    const [before, after] = [of(first), of(second)];
    if (before === undefined && after === undefined) return [];
    const difference = before === undefined || after === undefined ? undefined : after - before;
    const verdict = verdictOf(difference, 'better' in more ? more.better : undefined);
    return [{ name, unit, first: before, second: after, difference, verdict }];
  });
}

function verdictOf(difference: number | undefined, better: RunValue['better']): ComparedValue['verdict'] {
  if (!difference || better === undefined) return undefined;
  return difference > 0 === (better === 'more') ? 'better' : 'worse';
}
