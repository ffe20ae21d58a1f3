import { EventTimes } from './event-times.ts';

/** A line that could not be read. Lines are numbered from 1. */
export interface RejectedLine {
  line: number;
  reason: string;
}

const keptRejects = 5;

/**
 * Counts what became of a log's lines: `lines` is always `eventLines + rejected + ignored`. A record that spans several lines counts
 * as one; a line may give several events.
 */
export class LineTally {
  events = 0;
  /** Lines that gave events. */
  eventLines = 0;
  rejected = 0;
  ignored = 0;
  /** Of those that are ignored: headers. */
  headers = 0;
  /** Of those that are ignored: lines whose key the key pattern, or that the line pattern, did not match. */
  unmatched = 0;
  /** The first five, in the order of the log. */
  readonly firstRejects: RejectedLine[] = [];
  /** Of the events that were counted. */
  readonly times = new EventTimes();
  /** Number of the line that is read next. */
  nextLine = 1;
  readonly #onReject: ((line: RejectedLine) => void) | undefined;

  /** `onReject` hears of every rejected line and may throw to end the reading. */
  constructor(onReject?: (line: RejectedLine) => void) {
    this.#onReject = onReject;
  }

  get lines(): number {
    return this.eventLines + this.rejected + this.ignored;
  }

  /** Counts one line that gave `events`, at least one. */
  countEvents(events: number): void {
    this.eventLines++;
    this.events += events;
  }

  ignoreHeader(): void {
    this.ignored++;
    this.headers++;
  }

  ignoreUnmatched(): void {
    this.ignored++;
    this.unmatched++;
  }

  /** Rejects the line that is read now. */
  reject(reason: string): void {
    this.rejected++;
    const rejected = { line: this.nextLine, reason };
    if (this.firstRejects.length < keptRejects) this.firstRejects.push(rejected);
    this.#onReject?.(rejected);
  }
}
