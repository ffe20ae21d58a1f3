import type { IngestProgress } from '../core/history/ingest.ts';
import { printable } from '../core/text.ts';
import { formatByteRate, formatBytes } from './format.ts';
import { LiveLine } from './live-line.ts';

/** What was read of the logs so far and how fast, in one line on a terminal. */
export class AnalyzeProgress {
  readonly #line: LiveLine;
  readonly #startedMs: number;

  constructor(terminal: Pick<NodeJS.WriteStream, 'write'>, nowMs: () => number) {
    this.#line = new LiveLine(terminal, nowMs);
    this.#startedMs = nowMs();
  }

  show({ path, bytes }: IngestProgress): void {
    this.#line.show((nowMs) => {
      const rate = formatByteRate(bytes / Math.max(0.001, (nowMs - this.#startedMs) / 1000));
      const name = path === '-' ? 'standard input' : printable(path.split('/').pop() ?? path, 40);
      return `reading ${name}  ${formatBytes(bytes)}  ${rate}`;
    });
  }

  clear(): void {
    this.#line.clear();
  }
}
