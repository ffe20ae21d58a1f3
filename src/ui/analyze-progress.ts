import type { IngestProgress } from '../core/history/ingest.ts';
import { printable } from '../core/text.ts';
import { formatByteRate, formatBytes, formatCompact, formatPercent } from './format.ts';
import { LiveLine } from './live-line.ts';

/** What was read of the logs so far and how fast, in one line on a terminal. */
export class AnalyzeProgress {
  readonly #line: LiveLine;
  readonly #startedMs: number;

  constructor(terminal: Pick<NodeJS.WriteStream, 'write'>, nowMs: () => number) {
    this.#line = new LiveLine(terminal, nowMs);
    this.#startedMs = nowMs();
  }

  show({ path, bytes, table }: IngestProgress): void {
    if (table) return this.#showTable(table);
    this.#line.show((nowMs) => {
      const rate = formatByteRate(bytes / Math.max(0.001, (nowMs - this.#startedMs) / 1000));
      const name = path === '-' ? 'standard input' : printable(path.split('/').pop() ?? path, 40);
      return `reading ${name}  ${formatBytes(bytes)}  ${rate}`;
    });
  }

  #showTable({ rows, ofRows }: NonNullable<IngestProgress['table']>): void {
    const part = ofRows === undefined ? '' : `  ${formatPercent(rows / Math.max(1, ofRows))}`;
    this.#line.show(() => `ClickHouse is counting${part}  ${formatCompact(rows)} rows read`);
  }

  clear(): void {
    this.#line.clear();
  }
}
