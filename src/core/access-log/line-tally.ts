import { EventTimes, type EventTimesData, mergeTimes } from './event-times.ts';

/** A line that could not be read. Lines are numbered from 1. */
export interface RejectedLine {
  line: number;
  reason: string;
}

/** What became of some lines in a row, as plain data. Lines are counted from the first of them. */
export interface TallyPart {
  events: number;
  eventLines: number;
  rejected: number;
  ignored: number;
  headers: number;
  unmatched: number;
  firstRejects: RejectedLine[];
  times: EventTimesData;
  /** How many lines of the log those were. */
  passed: number;
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
  firstRejects: RejectedLine[] = [];
  /** Of the events that are counted here. */
  readonly times = new EventTimes();
  /** Of those that were counted elsewhere, before them. */
  #timesBefore: EventTimesData | undefined;
  /** Number of the line that is read next. */
  nextLine = 1;
  readonly #onReject: ((line: RejectedLine) => void) | undefined;

  /** `onReject` hears of rejected lines, of the first in any case, and may throw to end the reading. */
  constructor(onReject?: (line: RejectedLine) => void) {
    this.#onReject = onReject;
  }

  get lines(): number {
    return this.eventLines + this.rejected + this.ignored;
  }

  /** What the times of all events say, in the order of the log. */
  get allTimes(): EventTimesData {
    const times = this.times.data();
    return this.#timesBefore ? mergeTimes(this.#timesBefore, times) : times;
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

  /** What was counted so far, and begins to count anew. */
  drain(): TallyPart {
    const { events, eventLines, rejected, ignored, headers, unmatched, firstRejects } = this;
    const part = {
      events,
      eventLines,
      rejected,
      ignored,
      headers,
      unmatched,
      firstRejects,
      times: this.allTimes,
      passed: this.nextLine - 1,
    };
    this.events = this.eventLines = this.rejected = this.ignored = this.headers = this.unmatched = 0;
    this.firstRejects = [];
    this.times.clear();
    this.#timesBefore = undefined;
    this.nextLine = 1;
    return part;
  }

  /** Adds what became of the lines that come next. */
  append(part: TallyPart): void {
    this.events += part.events;
    this.eventLines += part.eventLines;
    this.rejected += part.rejected;
    this.ignored += part.ignored;
    this.headers += part.headers;
    this.unmatched += part.unmatched;
    this.#timesBefore = this.#timesBefore ? mergeTimes(this.#timesBefore, part.times) : part.times;
    for (const { line, reason } of part.firstRejects) {
      const rejected = { line: line + this.nextLine - 1, reason };
      if (this.firstRejects.length < keptRejects) this.firstRejects.push(rejected);
      this.#onReject?.(rejected);
    }
    this.nextLine += part.passed;
  }
}
