import { ForesyncError } from '../../errors.ts';
import { captureName, lookAtSlot, refuseUnfitDonor } from './capture.ts';
import { type ChunkRows, digestOf, type RowsDigest } from './chunk-rows.ts';
import type { CopiedRows } from './copy-queries.ts';
import { cutQuery } from './cut-query.ts';
import { keyColumns, type TableDefinition } from './definition.ts';
import { refuseMissingRights, refuseWithoutStreams, tableDenied } from './donor-rights.ts';
import { keyOrderOf } from './key-order.ts';
import { Lanes } from './lanes.ts';
import { lsnOf } from './lsn.ts';
import { readDefinition, type TableFacts } from './read-definition.ts';
import { copyOutOf, copyRowsOut, ownRows, type RowsOfKeys, readRowsOfKeys } from './read-rows.ts';
import { keysRelation } from './row-keys.ts';
import { Session } from './session.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';
import { carriedList, columnList, type KeyRange, keysEqual, rowHash, within } from './table-sql.ts';

/** What a donor tells of its table. */
export interface DonorLook extends TableFacts {
  rowsEstimate: number;
  sizeBytes: number;
  rowBytes: number;
  systemId: string;
  timeline: number;
  /** How much WAL a slot may keep at most; undefined without a bound. */
  keptWalBytes: number | undefined;
  /** How texts in the key are sorted: ranges mean the same only where that is the same. */
  keyOrder: string;
}

/** The hash of a range's rows, and where the WAL was after the snapshot that they were read in was taken. */
export interface RangeDigest extends RowsDigest {
  at: number;
}

/** Reads the lead's table; each request names a lane, and those of different lanes run side by side. Every read is one short statement. */
export class PostgresDonor {
  readonly url: string;
  readonly look: DonorLook;
  readonly lanes: Lanes;
  #seed = '0';

  private constructor(url: string, look: DonorLook) {
    this.url = url;
    this.look = look;
    // A range of a table that was never analysed would else be looked for in all of it.
    this.lanes = new Lanes(url, (session) =>
      session.rows('SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0'),
    );
  }

  static async open(url: string, table: TableName, captureId: string): Promise<PostgresDonor> {
    const session = await Session.open(url);
    try {
      await refuseUnfitDonor(session, captureId);
      const facts = await readDefinition(session, table);
      await refuseMissingRights(session, table, facts.oid);
      await refuseWithoutStreams(url);
      const [system, timeline, kept] = await session.row(
        `SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
          (SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size')`,
      );
      const [estimate, size] = await session.row(
        `SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::int8, coalesce(sum(pg_table_size(c.oid)), 0)::int8
          FROM pg_class c WHERE c.oid = $1::oid OR c.oid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass) WHERE isleaf)`,
        [facts.oid],
      );
      const [sampled, sampledBytes] = await session.row(
        `SELECT count(*), coalesce(avg(pg_column_size(t.*)), 0)::int8 FROM (SELECT * FROM ${qualified(table)} LIMIT 500) t`,
      );
      const rowBytes = Math.max(16, Number(sampledBytes));
      const isUnknown = Number(estimate) === 0 && Number(sampled) > 0;
      return new PostgresDonor(url, {
        ...facts,
        rowsEstimate: isUnknown
          ? Math.max(Number(sampled), Math.round(Number(size) / rowBytes))
          : Number(estimate),
        sizeBytes: Number(size),
        rowBytes,
        systemId: system ?? '',
        timeline: Number(timeline),
        keptWalBytes: Number(kept) < 0 ? undefined : Number(kept) * 2 ** 20,
        keyOrder: await keyOrderOf(session, facts.definition, qualified(table)),
      });
    } catch (error) {
      throw tableDenied(error, table);
    } finally {
      await session.end();
    }
  }

  get definition(): TableDefinition {
    return this.look.definition;
  }

  /** A 64-bit integer that nobody could have known beforehand: rows with equal hashes cannot be made on purpose. */
  set seed(seed: string) {
    this.#seed = seed;
  }

  /** Keys that cut what lies past `after` into ranges of so many rows each, `count` of them at most; fewer where the table ends before. */
  async cut(
    lane: number,
    range: KeyRange,
    { rows, count }: { rows: number; count: number },
  ): Promise<string[][]> {
    const session = await this.lanes.session(lane);
    return (await session.rows(cutQuery(this.definition, this.#table, range, { rows, count }))) as string[][];
  }

  /** The key's columns alone of the rows of a range. */
  async readKeysOf(
    lane: number,
    range: KeyRange,
    maxBytes: number,
  ): Promise<CopiedRows | { tooLarge: true }> {
    const session = await this.lanes.session(lane);
    const columns = columnList(keyColumns(this.definition));
    const select = `SELECT ${columns} FROM ${this.#table} WHERE ${within(this.definition, range)}`;
    return copyRowsOut(session, this.definition, select, { expectedBytes: maxBytes >> 4, maxBytes });
  }

  /** Rows of a range with their digest. */
  async readRange(
    lane: number,
    range: KeyRange,
    sizes: { expectedBytes: number; maxBytes: number },
  ): Promise<(CopiedRows & { digest: RowsDigest }) | { tooLarge: true }> {
    return this.#inSnapshot(lane, async (session) => {
      const read = await copyRowsOut(session, this.definition, this.#selectRange(range), sizes);
      return 'tooLarge' in read ? read : { ...read, digest: await this.#digest(session, range) };
    });
  }

  /** Lets `use` have the rows of a range, which this process never holds as a whole. Throws `TooLarge` where they are more than `maxBytes`. */
  async passRange<T>(
    lane: number,
    range: KeyRange,
    maxBytes: number | undefined,
    use: (rows: ChunkRows) => Promise<T>,
  ): Promise<T> {
    const copy = copyOutOf(this.definition, this.#selectRange(range));
    return this.#inSnapshot(lane, (session) =>
      use({
        copyInto: (joiner, sql) => joiner.copyFrom({ session, sql: copy, maxBytes }, sql),
        digest: () => this.#digest(session, range),
      }),
    );
  }

  async readKeys(lane: number, keys: readonly (readonly string[])[], maxBytes: number): Promise<RowsOfKeys> {
    const from = { definition: this.definition, rowBytes: this.look.rowBytes };
    return readRowsOfKeys(await this.lanes.session(lane), from, keys, maxBytes);
  }

  async digest(lane: number, range: KeyRange): Promise<RangeDigest> {
    return this.#atPosition(lane, async (session, at) => ({ ...(await this.#digest(session, range)), at }));
  }

  /** Keys with the hashes of their rows, in COPY's text format. */
  async hashes(
    lane: number,
    of: KeyRange | { keys: readonly (readonly string[])[] },
  ): Promise<{ lines: Buffer; at: number }> {
    return this.#atPosition(lane, async (session, at) => {
      const columns = keyColumns(this.definition).map(({ name }) => `t.${quoteName(name)}`);
      const from =
        'keys' in of
          ? `${keysRelation(this.definition, of.keys)} k JOIN ${this.#table} t ON ${keysEqual(this.definition, 'k', 't')}`
          : `${this.#table} t WHERE ${within(this.definition, of)}`;
      const { bytes } = await session.copyOut(
        `COPY (SELECT ${columns.join(', ')}, ${rowHash(this.definition, this.#seed, 't.')} FROM ${from}) TO STDOUT`,
        { expectedBytes: 1 << 20, maxBytes: 256 << 20 },
      );
      return { lines: bytes, at };
    });
  }

  /** A position that all commits which are seen by now lie before. */
  async position(lane: number): Promise<number> {
    return this.#atPosition(lane, async (_, at) => at);
  }

  /** Where each sequence stands, by its column. */
  async sequences(lane: number): Promise<{ column: string; lastValue: string | null }[]> {
    const session = await this.lanes.session(lane);
    const own = this.definition.columns.filter(({ sequence }) => sequence !== undefined);
    return Promise.all(
      own.map(async ({ name, sequence }) => {
        const [value] = await session.row(
          `SELECT pg_sequence_last_value(${quoteText(qualified(sequence?.name as TableName))}::regclass)`,
        );
        return { column: name, lastValue: value ?? null };
      }),
    );
  }

  /**
   * Whether the table is the one that was opened: `altered` where it is another one, is published no longer, or has other columns or another key; `dressed` where indexes,
   * constraints or settings are others. An alteration is in no stream of changes before a row has changed.
   */
  async standing(id: string): Promise<'same' | 'dressed' | 'altered'> {
    const session = await Session.open(this.url);
    try {
      const [isPublished] = await session.row(
        'SELECT EXISTS (SELECT FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid WHERE p.pubname = $1 AND r.prrelid = $2::oid)',
        [captureName(id), this.look.oid],
      );
      const now = await readDefinition(session, this.definition);
      if (isPublished !== 't' || now.oid !== this.look.oid) return 'altered';
      const rows = ({ columns, key }: TableDefinition) =>
        JSON.stringify([
          key,
          columns.map(({ name, typeOid, type, generated }) => [name, typeOid, type, generated]),
        ]);
      if (rows(now.definition) !== rows(this.definition)) return 'altered';
      return JSON.stringify(now.definition) === JSON.stringify(this.definition) ? 'same' : 'dressed';
    } catch (error) {
      if (error instanceof ForesyncError && error.kind === 'config') return 'altered';
      throw error;
    } finally {
      await session.end();
    }
  }

  async slot(lane: number, id: string) {
    return lookAtSlot(await this.lanes.session(lane), id);
  }

  /**
   * Reads in a snapshot, all of whose commits lie before the position that is told. What is committed asynchronously is seen before it is written out, and
   * the walsender sends what was written: so a message without meaning is committed behind it.
   */
  async #atPosition<T>(lane: number, read: (session: Session, at: number) => Promise<T>): Promise<T> {
    const session = await this.lanes.session(lane);
    const [result, at] = await this.#inSnapshot(lane, async () => {
      const [inserted] = await session.row('SELECT pg_current_wal_insert_lsn() FROM pg_current_snapshot()');
      return [await read(session, lsnOf(inserted ?? '')), inserted ?? ''] as const;
    });
    const [isWritten] = await session.row('SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn', [at]);
    if (isWritten !== 't')
      await session.rows(
        "SET synchronous_commit = local; SELECT pg_logical_emit_message(true, 'foresync', '')",
      );
    return result;
  }

  async #inSnapshot<T>(lane: number, read: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.lanes.session(lane);
    return session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', () => read(session));
  }

  #digest(session: Session, range: KeyRange): Promise<RowsDigest> {
    return digestOf(session, { definition: this.definition, table: this.#table, seed: this.#seed }, range);
  }

  #selectRange(range: KeyRange): string {
    return `SELECT ${carriedList(this.definition)} FROM ${this.#table} WHERE ${within(this.definition, range)}`;
  }

  get #table(): string {
    return ownRows(this.definition);
  }
}
