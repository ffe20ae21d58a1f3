import type { DelimitedShape } from './delimited.ts';
import type { FieldTaker } from './event-reader.ts';
import type { ObjectTaker } from './json-lines.ts';
import type { StatementEvents } from './statement-events.ts';

/**
 * What stands before a statement in a message: with log_statement, log_duration or log_min_duration_statement, for simple queries and for
 * prepared ones. Parsing and binding are logged too and touch nothing; more rows of a portal are no new access.
 */
const beforeStatement =
  /^(?:duration: [\d.]{1,30} ms {2})?(?:statement|execute (?!fetch from )[^:]{1,200}): /;
const beforeParameters = /^parameters: /i;
const longestBefore = 300;

const Field = { time: 0, message: 1, detail: 2 } as const;
const csvColumns = { time: 0, message: 13, detail: 14 } as const;

/** The columns of csvlog (PostgreSQL 15, 20.8.4, "Using CSV-Format Log Output"): log_time is first, message 14th, detail 15th. */
export const csvlogShape: DelimitedShape = {
  delimiter: 44,
  isQuoted: true,
  headerIsNext: false,
  slots: slotsOf(),
  neededColumns: csvColumns.detail + 1,
  hasComments: false,
};

function slotsOf(): Int8Array {
  const slots = new Int8Array(csvColumns.detail + 1).fill(-1);
  for (const name of ['time', 'message', 'detail'] as const) slots[csvColumns[name]] = Field[name];
  return slots;
}

/** Takes the statements out of the records of csvlog; all else is ignored. Messages are read in English (lc_messages). */
export class CsvlogStatements implements FieldTaker {
  readonly starts = new Int32Array(4);
  readonly ends = new Int32Array(4);
  readonly #statements: StatementEvents;

  constructor(statements: StatementEvents) {
    this.#statements = statements;
  }

  take(bytes: Buffer): void {
    const field = (at: number) => bytes.subarray(this.starts[at], this.ends[at]);
    takeMessage(this.#statements, field(Field.time), field(Field.message), field(Field.detail));
  }
}

/**
 * Takes the statements out of the objects of jsonlog by its keys timestamp, message and detail (PostgreSQL 15, 20.8.5, "Using
 * JSON-Format Log Output"); all else is ignored.
 */
export class JsonlogStatements implements ObjectTaker {
  readonly #statements: StatementEvents;

  constructor(statements: StatementEvents) {
    this.#statements = statements;
  }

  take(object: Record<string, unknown>): void {
    const field = (name: string) => {
      const value = Object.hasOwn(object, name) ? object[name] : undefined;
      return Buffer.from(typeof value === 'string' ? value : '');
    };
    takeMessage(this.#statements, field('timestamp'), field('message'), field('detail'));
  }
}

function takeMessage(statements: StatementEvents, time: Buffer, message: Buffer, detail: Buffer): void {
  const before = beforeStatement.exec(message.toString('latin1', 0, longestBefore))?.[0];
  if (before === undefined) return statements.ignore();
  const statement = message.subarray(before.length);
  const parameters = beforeParameters.exec(detail.toString('latin1', 0, longestBefore))?.[0];
  statements.take(time, statement, parameters === undefined ? undefined : detail.subarray(parameters.length));
}
