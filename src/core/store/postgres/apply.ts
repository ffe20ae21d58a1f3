import { ForesyncError } from '../../errors.ts';
import { ChangeFold, type FoldedChanges, type PartRow } from './change-fold.ts';
import { carriedColumns, keyColumns, type TableDefinition } from './definition.ts';
import { recordTables } from './joining-record.ts';
import { type ChangedValue, decodeMessage, messagesIn, type PgMessage } from './pgoutput.ts';
import { keysRelation } from './row-keys.ts';
import type { Session } from './session.ts';
import { quoteName, quoteTexts } from './sql.ts';
import { carriedList, columnList, keysEqual } from './table-sql.ts';
import { Trust, utf8 } from './trust.ts';

/** How much is put into one transaction, at most about so much of the spool. */
const batchBytes = 4 << 20;

export interface Applied {
  /** Changes that were applied, and how much of the spool they were. */
  changes: number;
  bytes: number;
  appliedTo: number;
  /** Nothing that is to be applied is left. */
  complete: boolean;
}

/** Told which keys were changed, as texts, a character a byte. */
export type OnKey = (key: readonly string[]) => void;

/** Applies the spool to the table that is built, in the order of the donor's commits, and moves the checkpoint in the same transactions. */
export class Applier {
  readonly #session: Session;
  readonly #id: string;
  readonly #target: string;
  readonly #definition: TableDefinition;
  readonly #keyPlaces: number[];
  onKey: OnKey = () => undefined;
  onTruncate: () => void = () => undefined;
  readonly trust = new Trust();
  /** Where keys are kept of rows that reads fetch from the lead. */
  missing: string | undefined;
  /** A transaction is open already, which others end. */
  isWithin = false;

  private constructor(session: Session, id: string, target: string, definition: TableDefinition) {
    this.#session = session;
    this.#id = id;
    this.#target = target;
    this.#definition = definition;
    const carried = carriedColumns(definition).map(({ name }) => name);
    this.#keyPlaces = definition.key.map((name) => carried.indexOf(name));
  }

  /** Tables of the session's own that changes go through: `foresync_rows`, `foresync_parts`, `foresync_gone`. */
  static async open(
    session: Session,
    id: string,
    target: string,
    definition: TableDefinition,
  ): Promise<Applier> {
    const columns = (all: ReturnType<typeof carriedColumns>) =>
      all.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ');
    const carried = carriedColumns(definition);
    await session.rows(
      `SET synchronous_commit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off`,
    );
    const key = keyColumns(definition);
    const sources = key.map(({ type }, place) => `foresync_source${place} ${type}`).join(', ');
    for (const [name, list] of [
      ['foresync_rows', columns(carried)],
      ['foresync_parts', `${columns(carried)}, ${sources}`],
      ['foresync_gone', columns(key)],
    ])
      await session.rows(
        `DROP TABLE IF EXISTS pg_temp.${name}; CREATE TEMPORARY TABLE ${name} (${list}) ON COMMIT DELETE ROWS`,
      );
    return new Applier(session, id, target, definition);
  }

  /** Applies whole transactions, those committed before `upTo` where it is given, until about a batch is done. May be called again and again. */
  async batch(upTo: number | undefined): Promise<Applied> {
    if (this.isWithin) return this.#batch(upTo);
    return this.#session.transaction('BEGIN', async () => this.#batch(upTo));
  }

  async #batch(upTo: number | undefined): Promise<Applied> {
    const { spool } = recordTables(this.#id);
    const [seqText, toText] = await this.#session.row(
      'SELECT applied_seq, applied_to FROM foresync.joining WHERE id = $1 FOR UPDATE',
      [this.#id],
    );
    const at = { seq: Number(seqText), to: Number(toText) };
    const [before] = await this.#session.rows(`SELECT whole FROM ${spool} WHERE seq = $1`, [String(at.seq)]);
    const run = { ...at, isWithin: before?.[0] === 'f', changes: 0, bytes: 0, isStopped: false };
    const fold = new ChangeFold(this.#keyPlaces, (key) => this.trust.of(key));
    let complete = false;
    while (run.bytes < batchBytes && !run.isStopped) {
      const [row] = await this.#session.rows(
        `SELECT seq, encode(data, 'base64') FROM ${spool} WHERE seq > $1 AND seq <= (SELECT max(seq) FROM ${spool} WHERE whole) ORDER BY seq LIMIT 1`,
        [String(run.seq)],
      );
      if (!row) {
        complete = true;
        break;
      }
      const data = Buffer.from(row[1] ?? '', 'base64');
      await this.#applyRow(data, fold, run, upTo);
      if (run.isStopped) break;
      run.seq = Number(row[0]);
      run.bytes += data.length;
    }
    await this.#flush(fold.take());
    // Of what was applied the last row stays: it tells whether the next begins within a transaction.
    await this.#session.rows(`DELETE FROM ${spool} WHERE seq < $1`, [String(run.seq)]);
    await this.#session.rows('UPDATE foresync.joining SET applied_seq = $2, applied_to = $3 WHERE id = $1', [
      this.#id,
      String(run.seq),
      String(run.to),
    ]);
    return { changes: run.changes, bytes: run.bytes, appliedTo: run.to, complete: complete || run.isStopped };
  }

  async #applyRow(
    data: Buffer,
    fold: ChangeFold,
    run: { to: number; isWithin: boolean; changes: number; isStopped: boolean },
    upTo: number | undefined,
  ): Promise<void> {
    let isLeftOut = false;
    for (const bytes of messagesIn(data)) {
      const message = decodeMessage(bytes);
      if (message.type === 'begin') {
        // A row of the spool that was left in the middle is gone through again.
        isLeftOut = message.commitAt < run.to;
        if (!isLeftOut && upTo !== undefined && message.commitAt >= upTo) {
          run.isStopped = true;
          return;
        }
        run.isWithin = true;
      } else if (message.type === 'commit') {
        run.to = Math.max(run.to, message.endAt);
        run.isWithin = false;
      } else if (!run.isWithin) throw disordered();
      else if (!isLeftOut) {
        run.changes += 1;
        if (message.type === 'truncate') await this.#truncate(fold);
        else this.#foldOne(message, fold);
        if (fold.bytes > 16 * batchBytes) await this.#flush(fold.take());
      }
    }
  }

  #foldOne(message: PgMessage, fold: ChangeFold): void {
    const columns = carriedColumns(this.#definition).length;
    const check = (row: readonly ChangedValue[]) => {
      if (row.length !== columns) throw disordered();
      const key = this.#keyPlaces.map((place) => row[place]);
      if (key.every((value) => typeof value === 'string')) this.onKey(key as string[]);
      return row;
    };
    if (message.type === 'insert') fold.insert(check(message.row));
    else if (message.type === 'update')
      fold.update(check(message.row), message.old && check(message.old), message);
    else if (message.type === 'delete') fold.delete(check(message.old));
  }

  async #truncate(fold: ChangeFold): Promise<void> {
    fold.truncate();
    this.onTruncate();
    await this.#session.rows(`DELETE FROM ${recordTables(this.#id).refetch}; TRUNCATE ${this.#target}`);
  }

  /** All rows go first, then those come that there are now: rows that give each other their values of a UNIQUE column never meet. */
  async #flush({ gone, lost, rows, parts }: FoldedChanges): Promise<void> {
    const session = this.#session;
    const columns = carriedList(this.#definition);
    if (rows.length > 0) await session.copyIn(`COPY foresync_rows (${columns}) FROM STDIN`, copyText(rows));
    for (const [mask, those] of byColumns(parts)) await this.#completeParts(mask, those);
    const leaving = [...gone, ...lost];
    if (leaving.length > 0) {
      const list = columnList(keyColumns(this.#definition));
      await session.copyIn(`COPY foresync_gone (${list}) FROM STDIN`, copyText(leaving));
      await this.#deleteAll('foresync_gone');
    }
    for (const key of lost) {
      this.trust.lost(key);
      const texts = key.map(utf8);
      await session.rows(`INSERT INTO ${recordTables(this.#id).refetch} VALUES (${quoteTexts(texts)})`);
      if (this.missing)
        await session.rows(
          `INSERT INTO ${this.missing} SELECT * FROM ${keysRelation(this.#definition, [texts])} k ON CONFLICT DO NOTHING`,
        );
    }
    if (rows.length + parts.length > 0) await this.replaceRows();
  }

  /** Makes whole rows of parts, with what is there under the keys that the rows had. */
  async #completeParts(mask: string, parts: readonly PartRow[]): Promise<void> {
    const session = this.#session;
    const key = keyColumns(this.#definition);
    const carried = carriedColumns(this.#definition);
    const isKnown = (place: number) => mask[place] === '1';
    const known = columnList(carried.filter((_, place) => isKnown(place)));
    const sources = key.map((_, place) => `foresync_source${place}`).join(', ');
    const values = parts.map(({ row, source }) => [
      ...(row.filter((value) => value !== undefined) as (string | null)[]),
      ...source,
    ]);
    await session.copyIn(`COPY foresync_parts (${known}, ${sources}) FROM STDIN`, copyText(values));
    const merged = carried
      .map(({ name }, place) => `${isKnown(place) ? 'p' : 't'}.${quoteName(name)}`)
      .join(', ');
    const atSource = key
      .map(({ name }, place) => `t.${quoteName(name)} = p.foresync_source${place}`)
      .join(' AND ');
    await session.rows(`INSERT INTO foresync_rows (${carriedList(this.#definition)})
      SELECT ${merged} FROM foresync_parts p JOIN ${this.#target} t ON ${atSource}; DELETE FROM foresync_parts`);
  }

  /** Puts the rows of `foresync_rows` in the place of those with their keys, within a transaction. */
  async replaceRows(): Promise<void> {
    const columns = carriedList(this.#definition);
    await this.#deleteAll('foresync_rows', { keep: true });
    await this.notMissing();
    await this.#session.rows(
      `INSERT INTO ${this.#target} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM foresync_rows; DELETE FROM foresync_rows`,
    );
  }

  /** The rows of `foresync_rows` are here, or are about to be. */
  async notMissing(): Promise<void> {
    if (this.missing)
      await this.#session.rows(
        `DELETE FROM ${this.missing} m USING foresync_rows g WHERE ${keysEqual(this.#definition, 'm', 'g')}`,
      );
  }

  async #deleteAll(listed: string, { keep = false } = {}): Promise<void> {
    await this.#session.rows(
      `DELETE FROM ${this.#target} t USING ${listed} g WHERE ${keysEqual(this.#definition, 't', 'g')}${keep ? '' : `; DELETE FROM ${listed}`}`,
    );
  }
}

function byColumns(parts: readonly PartRow[]): Map<string, PartRow[]> {
  const groups = new Map<string, PartRow[]>();
  for (const part of parts) {
    const mask = part.row.map((value) => (value === undefined ? '0' : '1')).join('');
    const group = groups.get(mask);
    if (group) group.push(part);
    else groups.set(mask, [part]);
  }
  return groups;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** COPY's text format; characters are bytes. */
export function copyText(rows: readonly (readonly (string | null)[])[]): Buffer {
  const lines = rows.map((row) =>
    row
      .map((value) => (value === null ? '\\N' : value.replace(/[\\\n\r\t]/g, (one) => escapes[one] ?? one)))
      .join('\t'),
  );
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

function disordered(): ForesyncError {
  return new ForesyncError(
    'protocol',
    'change-invalid',
    'The changes of the donor are in no order that PostgreSQL sends.',
  );
}
