import { ForesyncError } from '../errors.ts';
import { formatCounted, formatDuration, formatInstant } from '../format.ts';
import { printable } from '../text.ts';
import type { LeftOut } from './came-true.ts';
import type { RunFigures } from './run-figures.ts';

interface Span {
  fromMs: number;
  toMs: number;
}

/** How long after its start a run without a plan has something to do with reads, if it ended sooner. */
const withoutPlanMs = 86_400_000;
/** Clocks of hosts that are kept by the network's time are as close as this, and so is what was measured of them. */
const agreeingMs = 100;
/** A read that is later than now by more than this has a wrong time. */
const futureMs = 60_000;

/**
 * Which moments of logs count for a run: by foresync's clock, each once. The joiner's own log goes first: within the time from its first to its last read of the run nothing
 * of another log counts, which has the same reads. The joiner's clock wrote its own log; whose wrote another one is not known, and its times are taken as they are.
 */
export class LogTime {
  /** The plan's origin, or the run's start. */
  readonly originMs: number;
  readonly #startedAtMs: number;
  readonly #wanted: Span;
  readonly #latestMs: number;
  readonly #joinerAheadMs: number;
  #clockAheadMs = 0;
  readonly #covered: Span[] = [];
  #served: Span | undefined;
  #seen: Span | undefined;
  #reads = 0;
  #wantedReads = 0;
  #twice = 0;
  #early = 0;
  #future = 0;

  /** `nowMs`: no read can have come later, and whoever has such reads is to be told. */
  constructor({ plan, startedAtMs, lastKnownMs, joinerClock }: RunFigures, nowMs: number) {
    this.#latestMs = nowMs + futureMs;
    this.#startedAtMs = startedAtMs;
    this.originMs = plan?.originMs ?? startedAtMs;
    const endMs = plan ? plan.originMs + plan.horizonMs : startedAtMs + withoutPlanMs;
    this.#wanted = { fromMs: Math.min(startedAtMs, this.originMs), toMs: Math.max(endMs, lastKnownMs) };
    const { aheadMs = 0, withinMs = 0 } = joinerClock ?? {};
    this.#joinerAheadMs = Math.abs(aheadMs) > Math.max(withinMs, agreeingMs) ? aheadMs : 0;
  }

  /** The moment by foresync's clock; undefined where the event does not count. */
  take(loggedMs: number, { isRead, isServed }: { isRead: boolean; isServed: boolean }): number | undefined {
    if (isServed) this.#clockAheadMs = this.#joinerAheadMs;
    const timeMs = isServed ? loggedMs - this.#joinerAheadMs : loggedMs;
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
    if (timeMs > this.#latestMs) this.#future++;
    if (isServed) this.#served = spanWith(this.#served, timeMs);
    return timeMs;
  }

  /** Throws `log-of-another-time` (kind `data`) where there were reads in the log, and none of them in a time that says something of the run. */
  endLog(name: string): void {
    if (this.#seen && this.#wantedReads === 0) throw this.#foreign(name, this.#seen);
    if (this.#served) this.#covered.push(this.#served);
    this.#served = undefined;
    this.#seen = undefined;
    this.#reads = 0;
    this.#wantedReads = 0;
  }

  get leftOut(): LeftOut {
    return { twice: this.#twice, early: this.#early, clockAheadMs: this.#clockAheadMs };
  }

  /** Reads that count, and have a time which cannot be. */
  get future(): number {
    return this.#future;
  }

  #foreign(name: string, seen: Span): ForesyncError {
    const { fromMs, toMs } = this.#wanted;
    const apartMs = seen.toMs < fromMs ? fromMs - seen.toMs : seen.fromMs - toMs;
    return new ForesyncError(
      'data',
      'log-of-another-time',
      `The log ${printable(name)} is of another time: it has ${formatCounted(this.#reads, 'read')} from ${formatInstant(seen.fromMs)} to ${formatInstant(seen.toMs)}, the run and its plan are from ${formatInstant(fromMs)} to ${formatInstant(toMs)}.`,
      {
        hint: `Name the log of that time, or the run of that log. Where the clock that wrote it was wrong by ${formatDuration(Math.max(0, apartMs))} or more, correct the log's times.`,
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
