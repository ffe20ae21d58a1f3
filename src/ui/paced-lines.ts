import type { ProgressText } from './live-line.ts';

const intervalMs = 3000;

/** The same as a `LiveLine` where there is no terminal: a line below the last one every few seconds. */
export class PacedLines implements ProgressText {
  readonly #output: Pick<NodeJS.WriteStream, 'write'>;
  readonly #nowMs: () => number;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(output: Pick<NodeJS.WriteStream, 'write'>, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  show(text: (nowMs: number) => string, { now = false } = {}): void {
    const nowMs = this.#nowMs();
    if (!now && nowMs - this.#writtenMs < intervalMs) return;
    this.#writtenMs = nowMs;
    this.#output.write(`${text(nowMs)}\n`);
  }

  /** What is written stays. */
  clear(): void {
    return undefined;
  }
}
