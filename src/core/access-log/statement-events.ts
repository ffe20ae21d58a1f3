import { printable } from '../text.ts';
import type { AccessSink } from './access-sink.ts';
import type { StatementLayout } from './layout.ts';
import { LineEvents } from './line-events.ts';
import type { LineTally } from './line-tally.ts';
import { statementKind } from './statement-kind.ts';
import { parseTimeMs } from './timestamps.ts';

/**
 * Turns logged SQL statements into events: one a statement, whose key is what the key pattern finds in the statement, else in its
 * parameters. What neither reads nor writes rows is ignored.
 */
export class StatementEvents {
  readonly #events: LineEvents;
  readonly #tally: LineTally;

  constructor(layout: StatementLayout, sink: AccessSink, tally: LineTally) {
    this.#events = new LineEvents(sink, tally, layout.keyPattern);
    this.#tally = tally;
  }

  /** Takes one record and counts it. */
  take(time: Buffer, statement: Buffer, parameters?: Buffer): void {
    const kind = statementKind(statement);
    if (kind === 'none') return this.ignore();
    const timeMs = parseTimeMs(time, 0, time.length, this.#tally.times.units);
    if (Number.isNaN(timeMs))
      return this.#tally.reject(`'${printable(time.toString('utf8', 0, 200), 40)}' is not a time`);
    this.#events.addFound(parameters ? [statement, parameters] : [statement], timeMs, kind === 'write', -1);
    this.#events.end();
  }

  /** Counts a record that holds no statement. */
  ignore(): void {
    this.#tally.ignored++;
  }
}
