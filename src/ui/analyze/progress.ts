import type { IngestProgress } from '../../core/history/ingest-options.ts';
import { printable } from '../../core/text.ts';
import { formatByteRate, formatBytes, formatCompact, formatEta, formatPercent } from '../format.ts';
import type { ProgressText } from '../live-line.ts';

/** An ETA from less than this is a guess. */
const leastMs = 300;

const nameLength = 24;

/** What was read of the logs so far, how fast and how long it will take, in one line on a terminal. */
export class AnalyzeProgress {
  readonly #line: ProgressText;
  readonly #startedMs: number;
  #isRead = false;

  constructor(line: ProgressText, nowMs: () => number) {
    this.#line = line;
    this.#startedMs = nowMs();
  }

  show(progress: IngestProgress): void {
    const { doneBytes, totalBytes, table } = progress;
    if (table) return this.#line.show(() => counting(table));
    const isRead = totalBytes !== undefined && doneBytes >= totalBytes;
    const isEnd = isRead && !this.#isRead;
    this.#isRead = isRead;
    this.#line.show((nowMs) => (isRead ? storing(progress) : reading(progress, nowMs - this.#startedMs)), {
      now: isEnd,
    });
  }

  clear(): void {
    this.#line.clear();
  }
}

function counting({ rows, ofRows }: NonNullable<IngestProgress['table']>): string {
  const part = ofRows === undefined ? '' : `  ${formatPercent(rows / Math.max(1, ofRows))}`;
  return `ClickHouse is counting${part}  ${formatCompact(rows)} rows read`;
}

function reading({ path, bytes, doneBytes, readBytes, totalBytes }: IngestProgress, ms: number): string {
  const name = path === '-' ? 'standard input' : printable(path.split('/').pop() ?? path, nameLength);
  const seconds = Math.max(1, ms) / 1000;
  if (totalBytes === undefined) {
    return `reading ${name}  ${formatBytes(bytes)}  ${formatByteRate(bytes / seconds)}`;
  }
  const share = formatPercent(doneBytes / totalBytes);
  const what = `reading ${name}  ${share} of ${formatBytes(totalBytes)}`;
  if (ms < leastMs || readBytes === 0) return what;
  const eta = formatEta(((totalBytes - doneBytes) / readBytes) * ms);
  return `${what}  ${formatByteRate(readBytes / seconds)}  ETA ${eta}`;
}

/** How long the rest takes is not known. */
function storing({ totalBytes = 0 }: IngestProgress): string {
  return `read ${formatBytes(totalBytes)}, counting and storing`;
}
