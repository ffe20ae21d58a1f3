import { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import { type EventTable, parseTableUrl } from '../../access-log/clickhouse/table-url.ts';
import type { ColumnChoice } from '../../access-log/columns.ts';
import { ForesyncError } from '../../errors.ts';
import type { StateDatabase } from '../../state/open.ts';
import type { CountedKeys } from '../counting/table-spill.ts';
import type { LogReport, TableReport } from '../log-report.ts';
import { type EventQueries, prepareQueries } from './event-query.ts';
import { type Overview, takeOverview } from './overview.ts';
import { PassProgress, type RowProgress } from './pass-progress.ts';
import { countSlice } from './slice-count.ts';
import { cutSlices, eventsPerSlice, type PartLimits, partLimits, type Slice } from './slices.ts';
import { rejectsIn, reportOf } from './table-report.ts';
import { lateRows, nextWatermark, settledMs } from './table-window.ts';
import { loadWatermark, sourceName, type TableMark, type Watermark } from './watermarks.ts';

export interface TableOptions {
  bucketMs: number;
  /** Of each stretch of time that is counted at once, the keys beyond are summed up in a sketch. */
  maxKeys: number;
  /** Columns by their names, where the URL names none. */
  columns?: ColumnChoice | undefined;
  keyPattern?: string | undefined;
  password?: string | undefined;
  /** What earlier runs counted is counted again. */
  isAnew?: boolean | undefined;
  /** End with a `data` error where a row is rejected. */
  strict?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** For tests: how much is counted in one query. */
  limits?: PartLimits | undefined;
  onRows?: ((progress: RowProgress) => void) | undefined;
}

/**
 * Has ClickHouse count the rows of a table that came since the last run, and hands over the counts. Rows are taken whose minute ended longer ago than the table's lateness, by the server's clock; a row that comes in
 * later than that, behind the watermark, is not counted, but told.
 */
export async function ingestTable(
  db: StateDatabase,
  counted: CountedKeys,
  input: { path: string; replica: string },
  options: TableOptions,
): Promise<{ report: LogReport; mark: TableMark | undefined }> {
  const table = parseTableUrl(input.path);
  if (options.columns?.by === 'position') throw positions(table.name);
  table.columns = { ...options.columns?.names, ...table.columns };
  const progress = new PassProgress((rows) => options.onRows?.(rows));
  const server = await ClickHouseServer.connect(table, {
    password: options.password,
    signal: options.signal,
    onRows: options.onRows && ((rows) => progress.running(rows)),
  });
  try {
    const source = sourceName(table, options.keyPattern);
    const before = options.isAnew ? undefined : loadWatermark(db, input.replica, source);
    const run = new TableRun(server, counted, input.replica, { ...options, progress });
    const { report, watermark } = await run.count(table, before);
    const mark =
      watermark && watermark !== before ? { replica: input.replica, source, watermark } : undefined;
    return { report, mark };
  } finally {
    await server.close();
  }
}

class TableRun {
  readonly #server: ClickHouseServer;
  readonly #counted: CountedKeys;
  readonly #replica: string;
  readonly #options: TableOptions & { progress: PassProgress };
  #keptEvents = 0;
  #coldEvents = 0;

  constructor(
    server: ClickHouseServer,
    counted: CountedKeys,
    replica: string,
    options: TableOptions & { progress: PassProgress },
  ) {
    this.#server = server;
    this.#counted = counted;
    this.#replica = replica;
    this.#options = options;
  }

  async count(
    table: EventTable,
    before: Watermark | undefined,
  ): Promise<{ report: LogReport; watermark: Watermark | undefined }> {
    const { bucketMs, keyPattern, strict, progress } = this.#options;
    const fromMs = before?.watermarkMs ?? 0;
    const queries = await prepareQueries(this.#server, table, { fromMs, keyPattern });
    const overview = await takeOverview(this.#server, queries, bucketMs, {
      fromMs,
      settledMs: Math.max(fromMs, await settledMs(this.#server, table.latenessMs, bucketMs)),
      withUntimed: before === undefined,
    });
    const [reject] = rejectsIn(overview);
    if (strict && reject) throw refused(table.name, reject);
    const late = before === undefined ? 0 : await lateRows(this.#server, queries, before);
    const { limits = partLimits(this.#server.maxQueryBytes) } = this.#options;
    const slices = cutSlices(overview, bucketMs, eventsPerSlice(limits));
    progress.plan(slices.reduce((sum, { events }) => sum + events, 0));
    for (const slice of slices) await this.#countSlice(queries, overview, slice, limits);
    const events = this.#keptEvents + this.#coldEvents;
    const watermark = nextWatermark(overview, bucketMs, events - overview.fates.event, before);
    const report = reportOf({
      path: table.name,
      replica: this.#replica,
      columns: queries.columns,
      overview,
      events,
      coldEvents: this.#coldEvents,
      lateRows: late,
      bytes: this.#server.receivedBytes,
      isFirst: before === undefined,
      countedToMs: watermark?.watermarkMs,
    });
    return { watermark, report };
  }

  async #countSlice(
    queries: EventQueries,
    overview: Overview,
    slice: Slice,
    limits: PartLimits,
  ): Promise<void> {
    const cold = await countSlice(this.#server, queries, overview, slice, {
      ...this.#options,
      limits,
      onPage: (page) => {
        this.#counted.page(page);
        for (const { reads, writes } of page) this.#keptEvents += reads + writes;
      },
    });
    if (!cold) return;
    this.#coldEvents += cold.sketch.reads + cold.sketch.writes;
    this.#counted.cold(cold.sketch, cold.traffic);
  }
}

function refused(name: string, { reason, rows }: TableReport['rejects'][number]): ForesyncError {
  return new ForesyncError(
    'data',
    'log-line',
    `${name}: in ${rows} ${rows === 1 ? 'row' : 'rows'} ${reason}.`,
    {
      hint: 'Without --strict such rows are counted and passed over.',
    },
  );
}

function positions(name: string): ForesyncError {
  return new ForesyncError('usage', 'columns-invalid', `${name}: the columns of a table have no numbers.`, {
    hint: 'Name them: --columns time=ts,key=k,op=op,size=bytes, or in the URL: ?time=ts&key=k&operation=op&size=bytes.',
  });
}
