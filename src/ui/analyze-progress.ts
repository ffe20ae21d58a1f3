import type { IngestProgress } from '../core/history/ingest.ts';
import { printable } from '../core/text.ts';
import { formatByteRate, formatBytes } from './format.ts';

const intervalMs = 100;

/** One line on a terminal, drawn over itself at most ten times a second, with what was read so far and how fast. */
export class AnalyzeProgress {
  readonly #terminal: NodeJS.WriteStream;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #drawnMs = 0;
  #isDrawn = false;

  constructor(terminal: NodeJS.WriteStream, nowMs: () => number) {
    this.#terminal = terminal;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
  }

  show({ path, bytes }: IngestProgress): void {
    const now = this.#nowMs();
    if (now - this.#drawnMs < intervalMs) return;
    this.#drawnMs = now;
    this.#isDrawn = true;
    const rate = formatByteRate(bytes / Math.max(0.001, (now - this.#startedMs) / 1000));
    const name = path === '-' ? 'standard input' : printable(path.split('/').pop() ?? path, 40);
    this.#terminal.write(`\r\u001b[2Kreading ${name}  ${formatBytes(bytes)}  ${rate}`);
  }

  clear(): void {
    if (this.#isDrawn) this.#terminal.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}
