import type { Report } from '../core/doctor/check.ts';
import type { ForecastProgress } from '../core/forecast/progress.ts';
import type { FollowEvent } from '../core/history/follow-event.ts';
import type { IngestProgress } from '../core/history/ingest-options.ts';
import type { RunSnapshot } from '../core/sync/snapshot.ts';
import { printableJson } from '../core/text.ts';

/** What made a run tell where it is. */
export type RunMoment =
  | 'second'
  | 'asked'
  | 'pause'
  | 'start'
  | 'phase'
  | 'lost'
  | 'hot-ready'
  | 'in-sync'
  | 'hook'
  | 'end';

/** How a run stands, without what would make its lines long: notes come as lines of their own, and rates once a second anyway. */
export type RunProgress = Omit<RunSnapshot, 'notes' | 'rateHistory'>;

/** An error as `--json` prints it and `--progress json` tells it. */
export interface ToldError {
  code: string;
  message: string;
  hint: string | undefined;
  exitCode: number;
}

/** A line that `--progress json` writes; `atMs` is the time since the epoch. */
export type ProgressLine = { atMs: number } & (
  | { type: 'run'; event: RunMoment; run: RunProgress }
  | ({ type: 'analyze' } & IngestProgress)
  | {
      type: 'follow';
      /** `asked`: somebody wants to know how it stands; with all that came so far. */
      event: Exclude<FollowEvent['kind'], 'quiet'> | 'asked';
      path?: string;
      logs?: number;
      events?: number;
      latestMs?: number | undefined;
      message?: string;
    }
  | ({ type: 'plan' } & ForecastProgress)
  | ({ type: 'doctor' } & Report)
  | { type: 'message'; level: 'info' | 'warning'; text: string }
  | { type: 'error'; error: ToldError; stack?: string }
);

/** One line of JSON with its end, safe to print. */
export function jsonLine(line: ProgressLine): string {
  return `${printableJson(line, 0)}\n`;
}

const everyMs = 1000;

/** Writes lines about one thing: one a second, and in between those that say something new. */
export class PacedJsonLines {
  readonly #output: Pick<NodeJS.WriteStream, 'write'>;
  readonly #nowMs: () => number;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #topic: string | undefined;

  constructor(output: Pick<NodeJS.WriteStream, 'write'>, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  /** `topic` is what the line is about, such as a step: another one than before is told at once. */
  write(line: ProgressLine, topic: string): void {
    const nowMs = this.#nowMs();
    if (topic === this.#topic && nowMs - this.#writtenMs < everyMs) return;
    this.#topic = topic;
    this.#writtenMs = nowMs;
    this.#output.write(jsonLine(line));
  }
}
