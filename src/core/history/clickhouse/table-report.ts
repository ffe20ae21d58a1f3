import type { RowFate } from '../../access-log/clickhouse/event-sql.ts';
import type { TableColumns } from '../../access-log/clickhouse/table-columns.ts';
import type { LogReport, TableReport } from '../log-report.ts';
import type { Overview } from './overview.ts';

export interface TableRunFigures {
  path: string;
  replica: string;
  columns: TableColumns;
  overview: Overview;
  /** That were counted, of cold keys too. */
  events: number;
  coldEvents: number;
  lateRows: number;
  bytes: number;
  /** That no run has counted rows of the table before. */
  isFirst: boolean;
  countedToMs: number | undefined;
}

const noRejects: readonly RowFate[] = ['event', 'the operation touches no key', 'the pattern does not match'];

/** Why rows were rejected, and how many, most rows first. */
export function rejectsIn({ fates }: Overview): TableReport['rejects'] {
  return Object.entries(fates)
    .filter(([fate, rows]) => rows > 0 && !noRejects.includes(fate as RowFate))
    .map(([reason, rows]) => ({ reason, rows }))
    .sort((a, b) => b.rows - a.rows);
}

/** What a run says of a table. Rows are what became of them: events that were counted, rejected or ignored. */
export function reportOf(figures: TableRunFigures): LogReport {
  const { path, replica, columns, overview, events, coldEvents, lateRows, bytes, isFirst, countedToMs } =
    figures;
  const rejects = rejectsIn(overview);
  const rejected = rejects.reduce((sum, { rows }) => sum + rows, 0);
  const unmatched = overview.fates['the pattern does not match'];
  const ignored = unmatched + overview.fates['the operation touches no key'];
  const lines = events + rejected + ignored;
  const found = isFirst ? 'new' : 'grown';
  const nothing = isFirst ? 'empty' : 'unchanged';
  return {
    path,
    replica,
    format: 'clickhouse',
    compression: 'none',
    columns: Object.fromEntries(Object.entries(columns).map(([role, { name }]) => [role, name])),
    lines,
    events,
    eventLines: events,
    rejected,
    ignored,
    headers: 0,
    unmatched,
    rejects: [],
    bytes,
    state: lines > 0 ? found : nothing,
    table: { rejects, pendingRows: overview.pendingRows, lateRows, countedToMs, coldEvents },
  };
}
