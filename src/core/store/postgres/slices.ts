import { ForesyncError } from '../../errors.ts';
import type { Applied, Applier } from './apply.ts';
import { keyColumns, type TableDefinition } from './definition.ts';
import { recordTables } from './joining-record.ts';
import { fetchLock, servingNames } from './serving-sql.ts';
import { type Session, StatementError } from './session.ts';
import { qualified, quoteName } from './sql.ts';

/** How long readers that fetch a row are waited for, while others wait behind. */
const readersGoneMs = 200;

/**
 * The transactions in which rows come to a joiner that answers reads. In one of them rows arrive that are newer than the stream of changes, and the stream is applied past the moment of
 * their reading; only then it is committed. So nobody sees a row go back in time: what is here is what the lead had at one position of its WAL, and that position only grows.
 */
export class Slices {
  readonly #session: Session;
  readonly #id: string;
  readonly #applier: Applier;
  readonly #definition: TableDefinition;

  constructor(session: Session, id: string, definition: TableDefinition, applier: Applier) {
    this.#session = session;
    this.#id = id;
    this.#definition = definition;
    this.#applier = applier;
    applier.missing = qualified(servingNames(id).missing);
  }

  get isOpen(): boolean {
    return this.#applier.isWithin;
  }

  async open(): Promise<void> {
    if (this.isOpen) return;
    await this.#session.rows('BEGIN');
    this.#applier.isWithin = true;
  }

  /**
   * From here to the end nobody fetches a row of the lead, so nobody has seen one that is newer than what is applied by then. Tells whether that could be had: transactions that have fetched a
   * row are waited for until they end, but not for long. Rows may still come into the slice where it could not.
   */
  async shut(): Promise<boolean> {
    this.#mustBeOpen();
    await this.#session.rows(`SAVEPOINT shut; SET LOCAL lock_timeout = ${readersGoneMs}`);
    try {
      await this.#session.rows(`SELECT pg_advisory_xact_lock(${fetchLock(this.#id)})`);
      await this.#session.rows('SET LOCAL lock_timeout = 0');
      return true;
    } catch (error) {
      if (!(error instanceof StatementError) || error.state !== '55P03') throw error;
      await this.#session.rows('ROLLBACK TO shut');
      return false;
    }
  }

  /**
   * Applies all that was committed before a position, which is one of since it was shut, and lets everybody see it. `isWhole`: all chunks are there, so of what is missing only rows are at the
   * lead that are asked for once more; a key that stayed would be fetched when it is made anew, and be older when it comes by the stream.
   */
  async commit(
    { upTo, isWhole }: { upTo: number; isWhole: boolean },
    apply: (upTo: number) => Promise<Applied>,
  ): Promise<{ changes: number }> {
    this.#mustBeOpen();
    let changes = 0;
    for (;;) {
      const applied = await apply(upTo);
      changes += applied.changes;
      if (applied.complete) break;
    }
    if (isWhole) await this.#forgetGone();
    // So that a transaction with an older view of all is told from one that sees this.
    await this.#session.rows(
      `SELECT setval('${qualified(servingNames(this.#id).shown)}', pg_current_xact_id()::text::int8)`,
    );
    await this.#session.rows('COMMIT');
    this.#applier.isWithin = false;
    return { changes };
  }

  async #forgetGone(): Promise<void> {
    const { missing } = servingNames(this.#id);
    const same = keyColumns(this.#definition).map(
      ({ name, bareType }, place) => `m.${quoteName(name)} = r.key[${place + 1}]::${bareType}`,
    );
    await this.#session.rows(
      `DELETE FROM ${qualified(missing)} m WHERE NOT EXISTS (SELECT FROM ${recordTables(this.#id).refetch} r WHERE ${same.join(' AND ')})`,
    );
  }

  #mustBeOpen(): void {
    if (!this.isOpen) throw new ForesyncError('protocol', 'slice-not-open', 'No slice of rows is open.');
  }
}
