import type { RunEvent } from '../../core/sync/events.ts';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { eventLine, progressLine } from './lines.ts';

const firstPauseMs = 3_000;
const longestPauseMs = 60_000;
/** They only move figures, or a note tells of them. */
export const silentEvents: ReadonlySet<RunEvent['type']> = new Set([
  'rows',
  'progress',
  'backlog',
  'followed',
  'lost',
  'limit',
  'pause',
  'latency',
  'delta-log',
  'serving',
  'served',
  'end',
]);

/**
 * A run as lines: one at each change, and one on progress every few seconds, which become a minute as the run grows
 * long, so that a day's run does not fill a log.
 */
export class PlainPrinter {
  private readonly write: (text: string) => void;
  private lastAtMs = 0;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  /** `snapshot` gives the run after `event`; it is asked for only where a line is due, as most events are rows. */
  event(event: RunEvent, snapshot: () => RunSnapshot): void {
    if (!silentEvents.has(event.type)) this.line(eventLine(event, snapshot()), event.atMs);
  }

  /** Prints progress if it is time. */
  tick(snapshot: RunSnapshot): void {
    const pauseMs = Math.min(
      longestPauseMs,
      Math.max(firstPauseMs, (snapshot.atMs - snapshot.startedAtMs) / 20),
    );
    if (snapshot.atMs - this.lastAtMs >= pauseMs) this.line(progressLine(snapshot), snapshot.atMs);
  }

  private line(text: string | undefined, atMs: number): void {
    if (text === undefined) return;
    this.lastAtMs = atMs;
    this.write(`${text}\n`);
  }
}
