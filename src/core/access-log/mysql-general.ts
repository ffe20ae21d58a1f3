import { type LineParser, maxLineBytes } from './access-sink.ts';
import type { LineTally } from './line-tally.ts';
import type { StatementEvents } from './statement-events.ts';

const lineFeed = 10;

/** `2026-01-02T03:04:05.123456Z\t    8 Query\tSELECT …`: the time, the connection, and what it did. */
const entry =
  /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d))\t *\d{1,20} ([A-Z][A-Za-z ]{2,30})(?:\t|\r?\n)/;
const longestBefore = 120;

interface Entry {
  start: number;
  end: number;
  lines: number;
}

/**
 * Reads the general query log of MySQL 8.0 (Reference Manual, 5.4.3, "The General Query Log"; times as log_timestamps writes them). Only
 * Query and Execute hold statements; MySQL logs a prepared statement with its parameters in place when it is executed. Lines
 * that begin no entry belong to the one before, and an entry counts as one line; the server's words at its start are ignored. An entry
 * of more than 1 MiB is rejected.
 */
export class MysqlGeneralParser implements LineParser {
  readonly #statements: StatementEvents;
  readonly #tally: LineTally;

  constructor(statements: StatementEvents, tally: LineTally) {
    this.#statements = statements;
    this.#tally = tally;
  }

  parse(block: Buffer, start: number, end: number, isLast: boolean): number {
    for (let position = start; position < end; ) {
      const lineEnd = block.indexOf(lineFeed, position) + 1;
      const match = entryAt(block, position, lineEnd);
      let found: Entry = { start: position, end: lineEnd, lines: 1 };
      if (lineEnd - position > maxLineBytes) this.#tally.reject('the line is longer than 1 MiB');
      else if (!match) this.#tally.ignored++;
      else {
        found = withContinuation(block, found, end);
        if (found.end === end && !isLast) return position;
        this.#entry(block, found, match);
      }
      this.#tally.nextLine += found.lines;
      position = found.end;
    }
    return end;
  }

  #entry(block: Buffer, { start, end }: Entry, match: RegExpExecArray): void {
    const [before, time = '', command] = match;
    if (end - start > maxLineBytes) this.#tally.reject('the statement is longer than 1 MiB');
    else if (command !== 'Query' && command !== 'Execute') this.#statements.ignore();
    else this.#statements.take(Buffer.from(time), block.subarray(start + before.length, end));
  }
}

/** The entry with the lines that belong to it, until it is too long; a line that is too long itself is no part of it. */
function withContinuation(block: Buffer, first: Entry, end: number): Entry {
  let { end: at, lines } = first;
  while (at < end && at - first.start <= maxLineBytes) {
    const next = block.indexOf(lineFeed, at) + 1;
    if (next - at > maxLineBytes || entryAt(block, at, next)) break;
    at = next;
    lines++;
  }
  return { start: first.start, end: at, lines };
}

function entryAt(block: Buffer, start: number, end: number): RegExpExecArray | null {
  // Most lines of a long statement are told by one byte.
  if (block[start + 10] !== 84) return null;
  return entry.exec(block.toString('latin1', start, Math.min(end, start + longestBefore)));
}
