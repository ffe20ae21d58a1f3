import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { carriedColumns, type TableDefinition } from './definition.ts';
import { recordTables } from './joining-record.ts';
import { noteOrigins } from './origins.ts';
import { decodeMessage, messagesIn, type PgMessage } from './pgoutput.ts';
import type { Session } from './session.ts';
import { qualified } from './sql.ts';

/** A row of the spool holds about so much; a transaction may take many. */
const rowBytes = 1 << 20;

interface SpoolRow {
  /** It ends between two transactions. */
  whole: boolean;
  data: Buffer;
}

/**
 * Writes the stream of changes into the joiner's Delta Log as it came. A transaction that is there already, which a new walsender sends again, is left
 * out; one whose end never came is taken back when the log is opened next.
 */
export class SpoolWriter {
  readonly #session: Session;
  readonly #id: string;
  readonly #definition: TableDefinition;
  #spooledTo: number;
  #pendingBytes: number;
  #within: 'nothing' | 'kept' | 'left out' = 'nothing';
  /** How far the stream has come with what was committed at other servers, by the origins that stand for them; what is new is written with the changes. */
  readonly #origins = new Map<string, number>();
  #origin: (PgMessage & { type: 'origin' }) | undefined;
  /** The table's number at the donor, once the stream has told it. */
  #relation: number | undefined;

  private constructor(
    session: Session,
    id: string,
    opened: { definition: TableDefinition; spooledTo: number; pendingBytes: number },
  ) {
    this.#session = session;
    this.#id = id;
    this.#definition = opened.definition;
    this.#spooledTo = opened.spooledTo;
    this.#pendingBytes = opened.pendingBytes;
  }

  static async open(session: Session, id: string, definition: TableDefinition): Promise<SpoolWriter> {
    const { spool } = recordTables(id);
    await session.rows('SET synchronous_commit = on');
    await session.rows(
      `DELETE FROM ${spool} WHERE seq > (SELECT coalesce(max(seq), 0) FROM ${spool} WHERE whole)
      AND seq > (SELECT applied_seq FROM foresync.joining WHERE id = $1)`,
      [id],
    );
    const [spooledTo, bytes] = await session.row(
      `SELECT (SELECT spooled_to FROM foresync.spooled WHERE id = $1), (SELECT coalesce(sum(octet_length(data)), 0) FROM ${spool} WHERE seq > applied_seq) FROM foresync.joining WHERE id = $1`,
      [id],
    );
    return new SpoolWriter(session, id, {
      definition,
      spooledTo: Number(spooledTo),
      pendingBytes: Number(bytes),
    });
  }

  get spooledTo(): number {
    return this.#spooledTo;
  }

  /** What was written and is not applied yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  applied(bytes: number): void {
    this.#pendingBytes -= bytes;
  }

  /** Resolves when what came is safe on disk: then it may be confirmed. */
  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const { spool } = recordTables(this.#id);
    const before = this.#spooledTo;
    const rows = this.#cut(bytes);
    if (rows.length === 0 && this.#spooledTo === before) return;
    await this.#session.transaction('BEGIN', async () => {
      for (const { whole, data } of rows)
        await this.#session.rows(`INSERT INTO ${spool} (whole, data) VALUES ($1, $2)`, [String(whole), data]);
      await this.#session.rows('UPDATE foresync.spooled SET spooled_to = $2 WHERE id = $1', [
        this.#id,
        String(this.#spooledTo),
      ]);
      await noteOrigins(this.#session, this.#id, this.#origins);
    });
    this.#origins.clear();
    this.#pendingBytes += rows.reduce((sum, { data }) => sum + data.length, 0);
  }

  #cut(bytes: Buffer): SpoolRow[] {
    const rows: SpoolRow[] = [];
    let kept: Buffer[] = [];
    let keptBytes = 0;
    let wholeParts = 0;
    const cut = (parts: number, whole: boolean) => {
      if (parts > 0) rows.push({ whole, data: Buffer.concat(kept.slice(0, parts)) });
      kept = kept.slice(parts);
      keptBytes = kept.reduce((sum, { length }) => sum + length, 0);
      wholeParts = 0;
    };
    for (const message of messagesIn(bytes)) {
      const told = this.#take(message);
      if (told === 'leave out') continue;
      kept.push(withLength(message));
      keptBytes += message.length + 4;
      if (told === 'end') wholeParts = kept.length;
      if (keptBytes < rowBytes) continue;
      cut(wholeParts, true);
      if (keptBytes >= rowBytes) cut(kept.length, false);
    }
    cut(wholeParts, true);
    cut(kept.length, false);
    return rows;
  }

  #take(message: Buffer): 'keep' | 'leave out' | 'end' {
    const decoded = decodeSome(message);
    const isLeftOut = this.#within === 'left out';
    if (decoded.type === 'origin') this.#origin = decoded;
    if (decoded.type === 'relation') this.#meet(decoded);
    if (isRowChange(message) && message.readUInt32BE(1) !== this.#relation) throw altered(this.#definition);
    if (decoded.type === 'begin') {
      this.#origin = undefined;
      this.#within = decoded.commitAt < this.#spooledTo ? 'left out' : 'kept';
      return this.#within === 'kept' ? 'keep' : 'leave out';
    }
    if (decoded.type === 'commit') {
      const isKept = this.#within === 'kept';
      this.#within = 'nothing';
      this.#spooledTo = Math.max(this.#spooledTo, decoded.endAt);
      this.#noteOrigin();
      return isKept ? 'end' : 'leave out';
    }
    // Within a transaction it tells of those that were committed before.
    if (decoded.type === 'mark' && this.#within === 'nothing')
      this.#spooledTo = Math.max(this.#spooledTo, decoded.at);
    if (decoded.type === 'mark' || this.#within === 'nothing') return 'leave out';
    return isLeftOut ? 'leave out' : 'keep';
  }

  /** Only now: of a transaction whose end does not come nothing is applied. */
  #noteOrigin(): void {
    if (!this.#origin) return;
    const { name, at } = this.#origin;
    this.#origins.set(name, Math.max(at, this.#origins.get(name) ?? 0));
    this.#origin = undefined;
  }

  /** Of a partition the stream tells as well, but its rows come as the table's. */
  #meet(told: PgMessage & { type: 'relation' }): void {
    const { schema, name, partitionBy } = this.#definition;
    const isTable = told.schema === schema && told.name === name;
    if (!isTable && partitionBy !== undefined && told.id !== this.#relation) return;
    if (!fitsDefinition(this.#definition, told)) throw altered(this.#definition);
    this.#relation = told.id;
  }
}

/** INSERT, UPDATE or DELETE: they begin with the number of the table. */
function isRowChange(message: Buffer): boolean {
  return message.length >= 5 && 'IUD'.includes(String.fromCharCode(message[0] ?? 0));
}

/** Rows are taken apart when they are applied. */
function decodeSome(message: Buffer): PgMessage {
  return 'BCORk'.includes(String.fromCharCode(message[0] ?? 0)) ? decodeMessage(message) : { type: 'other' };
}

/** A table that is altered at the donor meanwhile would fit neither the rows that are here nor those that come. */
function fitsDefinition(definition: TableDefinition, told: PgMessage & { type: 'relation' }): boolean {
  const columns = carriedColumns(definition);
  return (
    told.schema === definition.schema &&
    told.name === definition.name &&
    told.columns.length === columns.length &&
    columns.every(
      ({ name, typeOid }, place) =>
        told.columns[place]?.name === name && told.columns[place]?.typeOid === typeOid,
    )
  );
}

function altered(definition: TableDefinition): ForesyncError {
  return new ForesyncError(
    'data',
    'table-altered',
    `${printable(qualified(definition))} was altered at the donor meanwhile.`,
    {
      hint: 'The same command begins anew with the table as it is now.',
    },
  );
}

function withLength(message: Buffer): Buffer {
  // It lies right behind its length already.
  return Buffer.from(message.buffer, message.byteOffset - 4, message.length + 4);
}
