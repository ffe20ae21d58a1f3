import { ForesyncError } from '../errors.ts';
import { formatCounted, formatDuration, formatInstant } from '../format.ts';
import type { LeftOut } from './came-true.ts';
import type { RunFigures } from './run-figures.ts';

interface Span {
  fromMs: number;
  toMs: number;
}

/** How long after its start a run without a plan has something to do with reads, if it ended sooner. */
const withoutPlanMs = 86_400_000;

/**
 * Which moments of logs count for a run: by foresync's clock, each once. The joiner's own log goes first: within the time from its first to its last read of the run nothing
 * of another log counts, which has the same reads.
 */
export class LogTime {
  /** The plan's origin, or the run's start. */
  readonly originMs: number;
  readonly #startedAtMs: number;
  readonly #wanted: Span;
  readonly #clockAheadMs: number;
  readonly #covered: Span[] = [];
  #served: Span | undefined;
  #seen: Span | undefined;
  #reads = 0;
  #wantedReads = 0;
  #twice = 0;
  #early = 0;

  constructor({ plan, startedAtMs, lastKnownMs, joinerClock }: RunFigures) {
    this.#startedAtMs = startedAtMs;
    this.originMs = plan?.originMs ?? startedAtMs;
    const endMs = plan ? plan.originMs + plan.horizonMs : startedAtMs + withoutPlanMs;
    this.#wanted = { fromMs: Math.min(startedAtMs, this.originMs), toMs: Math.max(endMs, lastKnownMs) };
    const { aheadMs = 0, withinMs = 0 } = joinerClock ?? {};
    // Clocks that may well agree are left as they are.
    this.#clockAheadMs = Math.abs(aheadMs) > withinMs ? aheadMs : 0;
  }

  /** The moment by foresync's clock; undefined where the event does not count. */
  take(loggedMs: number, { isRead, isServed }: { isRead: boolean; isServed: boolean }): number | undefined {
    const timeMs = loggedMs - this.#clockAheadMs;
    if (!isRead) return timeMs;
    this.#reads++;
    this.#seen = spanWith(this.#seen, timeMs);
    const isEarly = timeMs < this.#startedAtMs;
    if (isEarly) this.#early++;
    // An earlier run for the same joiner wrote to the same file.
    if (isServed && isEarly) return undefined;
    if (timeMs >= this.#wanted.fromMs && timeMs <= this.#wanted.toMs) this.#wantedReads++;
    if (this.#covered.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs <= toMs)) {
      this.#twice++;
      return undefined;
    }
    if (isServed) this.#served = spanWith(this.#served, timeMs);
    return timeMs;
  }

  endLog(): void {
    if (this.#served) this.#covered.push(this.#served);
    this.#served = undefined;
  }

  get leftOut(): LeftOut {
    return { twice: this.#twice, early: this.#early, clockAheadMs: this.#clockAheadMs };
  }

  /** Throws `log-of-another-time` (kind `data`) where there were reads, and none of them in a time that says something of the run. */
  refuseForeign(): void {
    const seen = this.#seen;
    if (!seen || this.#wantedReads > 0) return;
    const { fromMs, toMs } = this.#wanted;
    const apartMs = seen.toMs < fromMs ? fromMs - seen.toMs : seen.fromMs - toMs;
    throw new ForesyncError(
      'data',
      'log-of-another-time',
      `The log is of another time: its ${formatCounted(this.#reads, 'read')} are from ${formatInstant(seen.fromMs)} to ${formatInstant(seen.toMs)}, the run and its plan from ${formatInstant(fromMs)} to ${formatInstant(toMs)}.`,
      {
        hint: `Name the log of that time, or the run of that log. Where the clock of the joiner was wrong by ${formatDuration(Math.max(0, apartMs))} or more, correct the log's times.`,
      },
    );
  }
}

function spanWith(span: Span | undefined, timeMs: number): Span {
  if (!span) return { fromMs: timeMs, toMs: timeMs };
  span.fromMs = Math.min(span.fromMs, timeMs);
  span.toMs = Math.max(span.toMs, timeMs);
  return span;
}
