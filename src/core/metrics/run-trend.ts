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

const shown: readonly RunValueName[] = [
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
    const lines = runValues.flatMap(({ name, unit, of }): TrendLine[] => {
      const values = ordered.map((run) => of(run) ?? null);
      return shown.includes(name) && values.some((value) => value !== null) ? [{ name, unit, values }] : [];
    });
    return [{ group: first.group, table: first.table, runIds: ordered.map(({ id }) => id), lines }];
  });
}
