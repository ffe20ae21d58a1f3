import type { Clock } from '../core/clock.ts';
import type { FollowEvent } from '../core/history/follow-event.ts';
import { printable } from '../core/text.ts';
import { formatCount, formatCounted, formatDuration, formatEta, formatRate } from './format.ts';
import { LiveLine } from './live-line.ts';

/** Without a terminal at most so often a line says what came. */
const lineEveryMs = 10_000;
/** The rate on a terminal is that of so long; after as long without an event it is quiet. */
const rateMs = 10_000;

/** `troubles`: what goes wrong, and nothing else. */
export type FollowShown = 'live' | 'lines' | 'troubles';

/** Shows on standard error what comes while logs are followed: in one live line on a terminal, else in a line now and then. */
export class FollowView {
  readonly #output: Pick<NodeJS.WriteStream, 'write'>;
  readonly #clock: Clock;
  readonly #shown: FollowShown;
  readonly #live: LiveLine | undefined;
  /** 0 before it has begun. */
  #logs = 0;
  /** Since the first round. */
  #events = 0;
  #cameMs = 0;
  #lagMs: number | undefined;
  /** On a terminal of the last seconds, else since the last line. */
  #recent: { atMs: number; events: number }[] = [];
  #sinceMs = 0;

  constructor(output: Pick<NodeJS.WriteStream, 'write'>, shown: FollowShown, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#shown = shown;
    this.#live = shown === 'live' ? new LiveLine(output, () => clock.nowMs()) : undefined;
  }

  onFollow(event: FollowEvent): void {
    const nowMs = this.#clock.nowMs();
    if (event.kind === 'began') this.#begin(event.logs, nowMs);
    else if (event.kind === 'gone')
      this.#say(`${printable(event.path)} is not there any more; looking for it again and again`);
    else if (event.kind === 'trouble') this.#say(printable(event.message, 2000));
    else if (event.kind === 'stored') {
      this.#events += event.events;
      this.#recent.push({ atMs: nowMs, events: event.events });
      this.#cameMs = nowMs;
      this.#lagMs = event.latestMs === undefined ? this.#lagMs : nowMs - event.latestMs;
    }
    this.#show(nowMs);
  }

  clear(): void {
    this.#live?.clear();
  }

  /** How it stands; undefined before it has begun. */
  statusWords(): string | undefined {
    return this.#logs === 0 ? undefined : this.#words(this.#clock.nowMs());
  }

  #begin(logs: number, nowMs: number): void {
    this.#logs = logs;
    this.#cameMs = nowMs;
    this.#sinceMs = nowMs;
    if (this.#shown === 'lines') this.#say(`following ${formatCounted(logs, 'log')}; an interrupt ends it`);
  }

  #say(text: string): void {
    this.#live?.clear();
    this.#output.write(`${text}\n`);
  }

  #show(nowMs: number): void {
    if (this.#live) {
      this.#live.show((atMs) => this.#words(atMs), { now: true });
    } else if (this.#recent.length > 0 && nowMs - this.#sinceMs >= lineEveryMs) {
      const came = formatCounted(this.#recentEvents(), 'new event');
      const pace = this.#pace(nowMs - this.#sinceMs);
      if (this.#shown === 'lines')
        this.#say([came, `${formatCount(this.#events)} in all`, ...pace].join(', '));
      this.#recent = [];
      this.#sinceMs = nowMs;
    }
  }

  #words(nowMs: number): string {
    if (this.#live) this.#recent = this.#recent.filter(({ atMs }) => atMs > nowMs - rateMs);
    const isQuiet = nowMs - this.#cameMs >= rateMs;
    const sinceMs = nowMs - this.#sinceMs;
    const pace = isQuiet
      ? [`quiet for ${formatEta(nowMs - this.#cameMs)}`]
      : this.#pace(this.#live ? Math.min(rateMs, sinceMs) : sinceMs);
    return [
      `following ${formatCounted(this.#logs, 'log')}`,
      formatCounted(this.#events, 'new event'),
      ...pace,
    ].join('  ');
  }

  #pace(overMs: number): string[] {
    const rate = this.#recentEvents() / Math.max(1, overMs / 1000);
    return [`${formatRate(rate)} events/s`, ...(this.#lagMs === undefined ? [] : [lagWords(this.#lagMs)])];
  }

  #recentEvents(): number {
    return this.#recent.reduce((sum, { events }) => sum + events, 0);
  }
}

/** How long after its time the last event was stored. */
function lagWords(lagMs: number): string {
  return lagMs >= 0 ? `${formatDuration(lagMs)} behind` : `${formatDuration(-lagMs)} ahead`;
}
