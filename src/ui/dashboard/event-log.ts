import type { RunEvent } from '../../core/sync/events.ts';
import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { shownText } from '../ascii.ts';
import type { CellTheme } from '../cells.ts';
import { type EventWords, eventWords } from '../plain/lines.ts';
import { silentEvents } from '../plain/printer.ts';

export interface LoggedEvent extends EventWords {
  atMs: number;
  /** Of a phase it is told by the phases themselves, wherever they are in sight; what was said is an answer to a key or a signal. */
  kind: 'phase' | 'event' | 'said';
}

const keptEvents = 2_000;

/** What has happened in a run, in words; the last 2,000. */
export class EventLog {
  readonly #theme: CellTheme;
  readonly #events: LoggedEvent[] = [];

  constructor(theme: CellTheme) {
    this.#theme = theme;
  }

  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** `snapshot` gives the run after `event`; it is asked for only where there is something to say. */
  add(event: RunEvent, snapshot: () => RunSnapshot): void {
    if (silentEvents.has(event.type)) return;
    const words = eventWords(event, snapshot());
    if (words) this.#push({ ...words, atMs: event.atMs, kind: event.type === 'phase' ? 'phase' : 'event' });
  }

  /** Something that is no event of the run; `text` must be safe to print. */
  say(atMs: number, text: string): void {
    this.#push({ atMs, text, isWarning: false, kind: 'said' });
  }

  #push(event: LoggedEvent): void {
    this.#events.push({ ...event, text: shownText(event.text, this.#theme) });
    if (this.#events.length > keptEvents) this.#events.shift();
  }
}
