import { assumedSizeBytes } from '../forecast/plan-size.ts';
import { reportOf } from '../metrics/run-report.ts';
import type { StateFile } from '../state/open.ts';
import { listRuns } from '../state/runs.ts';
import type { KnownKeys } from './known-keys.ts';

/** How large the simulated table is. */
export interface TableFigures {
  rows: number;
  /** Of a row in the donor's file. */
  rowBytes: number;
  /** Bytes of rows that become one byte on the link, in the order of the table. */
  compression: number;
  /** How many times more a planned row takes on the link. */
  plannedToScanned: number;
}

/** What figures come from: a flag, the latest run of the table, the keys and sizes of the logs, or a usual value. */
export type FigureSource = 'flag' | 'run' | 'logs' | 'assumed';

export type SourcedFigures = { [figure in keyof TableFigures]: { value: number; from: FigureSource } };

/** Of the benchmark's table (docs/PERFORMANCE.md): numbers, texts and a little that is random. */
export const usualCompression = 4.2;
export const usualPlannedToScanned = 1.5;
const searchedRuns = 50;

/** What no flag says is as in the table's latest join, else as the logs have it, else as is usual. */
export function tableFigures(
  said: { [figure in Exclude<keyof TableFigures, 'plannedToScanned'>]: number | undefined },
  {
    state,
    group,
    keys,
    share,
  }: {
    state: StateFile;
    group: { name: string; table: string } | undefined;
    keys: KnownKeys;
    share: number;
  },
): SourcedFigures {
  const run = group && latestJoin(state, group);
  const rowBytes = meanSize(keys);
  const first = (...found: (readonly [number | undefined, FigureSource])[]) => {
    const [value = 1, from = 'assumed'] = found.find(([figure]) => figure !== undefined && figure > 0) ?? [];
    return { value, from };
  };
  return {
    rows: first([said.rows, 'flag'], [run?.rows, 'run'], [keys.length / share, 'logs']),
    rowBytes: first(
      [said.rowBytes, 'flag'],
      [run?.rowBytes, 'run'],
      [rowBytes, 'logs'],
      [assumedSizeBytes, 'assumed'],
    ),
    compression: first([said.compression, 'flag'], [run?.compression, 'run'], [usualCompression, 'assumed']),
    plannedToScanned: first([run?.plannedToScanned, 'run'], [usualPlannedToScanned, 'assumed']),
  };
}

/** Undefined without a join that sent rows and got in sync. */
function latestJoin(
  state: StateFile,
  { name, table }: { name: string; table: string },
): Partial<TableFigures> | undefined {
  const runs = listRuns(state, { group: name, command: 'add-replica', limit: searchedRuns });
  for (const run of runs) {
    const { figures } = reportOf(run);
    if (run.table !== table || figures?.inSyncMs === undefined || figures.tableRows === undefined) continue;
    const { hot, snapshot } = figures.moved;
    if (!(snapshot.rows > 0 && snapshot.wireBytes > 0)) continue;
    const scannedWire = snapshot.wireBytes / snapshot.rows;
    return {
      rows: figures.tableRows,
      rowBytes: snapshot.rawBytes / snapshot.rows,
      compression: snapshot.rawBytes / snapshot.wireBytes,
      ...(hot.rows > 0 ? { plannedToScanned: hot.wireBytes / hot.rows / scannedWire } : {}),
    };
  }
  return undefined;
}

function meanSize({ sizeBytes, length }: KnownKeys): number | undefined {
  let sum = 0;
  let known = 0;
  for (let key = 0; key < length; key++) {
    const size = sizeBytes[key] as number;
    if (!(size > 0)) continue;
    sum += size;
    known++;
  }
  return known > 0 ? sum / known : undefined;
}
