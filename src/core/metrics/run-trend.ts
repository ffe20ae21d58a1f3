import type { RunReport } from './run-report.ts';
import { type RunValueName, runValues, type ValueUnit } from './run-values.ts';

/** One figure over runs, oldest first; null where a run does not have it, as JSON has it in a list. */
export interface TrendLine {
  name: RunValueName;
  unit: ValueUnit;
  values: (number | null)[];
}

/** What changed from run to run of one table. */
export interface Trend {
  group: string;
  table: string;
  /** Oldest first. */
  runIds: string[];
  lines: TrendLine[];
}

/** What is promised to get better with every run goes first. */
const shown: readonly RunValueName[] = [
  'replicaHitRate',
  'readyNinety',
  'expectedHitRate',
  'planHitRate',
  'initialSync',
  'wastedBytes',
  'deltaKeys',
];
const leastRuns = 2;

/** Of runs, newest first: those of each table that got in sync, where there are two or more. Figures that no run has are left out. */
export function trendsOf(runs: readonly RunReport[]): Trend[] {
  const joined = runs.filter(
    ({ figures, command }) => command === 'add-replica' && figures?.inSyncMs !== undefined,
  );
  const byTable = Map.groupBy(joined, ({ group, table }) => JSON.stringify([group, table]));
  return [...byTable.values()].flatMap((newestFirst): Trend[] => {
    const [first] = newestFirst;
    if (!first || newestFirst.length < leastRuns) return [];
    const ordered = newestFirst.toReversed();
    const lines = shown.flatMap((wanted): TrendLine[] => {
      const { name, unit, of } = runValues.find((value) => value.name === wanted) ?? runValues[0];
      const values = ordered.map((run) => of(run) ?? null);
      return values.some((value) => value !== null) ? [{ name, unit, values }] : [];
    });
    return [{ group: first.group, table: first.table, runIds: ordered.map(({ id }) => id), lines }];
  });
}
