import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { Applier, utf8 } from './apply.ts';
import { refuseServer } from './capture.ts';
import { copyFormat, keyColumns, type TableDefinition } from './definition.ts';
import {
  createRecord,
  dropRecord,
  type JoiningRecord,
  readRecord,
  recordTables,
  setStage,
} from './joining-record.ts';
import { keyOrderOf } from './key-order.ts';
import { Lanes } from './lanes.ts';
import { keysRelation } from './row-keys.ts';
import { Session } from './session.ts';
import { SpoolWriter } from './spool.ts';
import { qualified, quoteName, quoteTexts, type TableName } from './sql.ts';
import {
  carriedList,
  columnList,
  type KeyRange,
  keysEqual,
  keyTextList,
  rowHash,
  within,
} from './table-sql.ts';
import { buildingNames, createTable, finishTable, placeTable, rehearse } from './target-table.ts';
import { TouchedKeys } from './touched-keys.ts';

/** What stands at the joiner's server for a run's id. */
export interface JoinerLook {
  hasTable: boolean;
  record: JoiningRecord | undefined;
  systemId: string;
}

export interface OpenJoinerOptions {
  id: string;
  definition: TableDefinition;
  keyOrder: string;
  systemId: string;
  timeline: number;
  /** Where the slot begins; a joiner that has less than the slot can still give must begin anew. */
  captureFrom: number;
  seed: string;
  /** Nothing that was there is gone on with. */
  anew: boolean;
}

/** How long a process that holds the joiner may take to be noticed as dead. */
const holderGoneMs = 15_000;
const applyLane = 0;
const spoolLane = 1;

/** The half-built table at the joiner's server, with its checkpoint and its Delta Log. Lane 0 applies, lane 1 writes the log, all others take chunks. */
export class PostgresJoiner {
  readonly record: JoiningRecord;
  readonly resumed: boolean;
  readonly #id: string;
  readonly #lanes: Lanes;
  readonly #owner: Session;
  readonly #target: string;
  readonly #seed: string;
  readonly #applier: Applier;
  readonly #touched = new TouchedKeys();
  #spool: SpoolWriter;

  private constructor(opened: {
    id: string;
    record: JoiningRecord;
    resumed: boolean;
    lanes: Lanes;
    owner: Session;
    seed: string;
    applier: Applier;
    spool: SpoolWriter;
  }) {
    this.#id = opened.id;
    this.record = opened.record;
    this.resumed = opened.resumed;
    this.#lanes = opened.lanes;
    this.#owner = opened.owner;
    this.#seed = opened.seed;
    this.#applier = opened.applier;
    this.#spool = opened.spool;
    this.#target = qualified(buildingNames(opened.record.definition, opened.id).table);
    if (this.record.stage === 'verify') this.#applier.trusts = () => true;
    this.#applier.onKey = (key) => this.#touched.add(key);
  }

  /** Touches nothing. */
  static async look(url: string, id: string, table: TableName): Promise<JoinerLook> {
    const session = await Session.open(url);
    try {
      const [version, encoding, inRecovery] = await session.row(
        `SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery()`,
      );
      refuseServer(version, encoding);
      if (inRecovery === 't')
        throw new ForesyncError(
          'config',
          'joiner-is-standby',
          "The joiner's server is a standby, which takes no rows.",
        );
      const [there] = await session.row('SELECT to_regclass($1) IS NOT NULL', [qualified(table)]);
      const [systemId] = await session.row('SELECT system_identifier FROM pg_control_system()');
      return { hasTable: there === 't', record: await readRecord(session, id), systemId: systemId ?? '' };
    } finally {
      await session.end();
    }
  }

  /**
   * Goes on with what is there for this id, or begins anew where it does not fit the donor, its capture or its table of today. Throws `joiner-busy` while
   * another process builds it.
   */
  static async open(url: string, options: OpenJoinerOptions): Promise<PostgresJoiner> {
    const { id, seed } = options;
    const owner = await Session.open(url);
    const lanes = new Lanes(url, async (session) => {
      await session.rows('SELECT pg_advisory_lock_shared(hashtextextended($1, 1))', [id]);
      await session.rows(
        'SET synchronous_commit = off; SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0',
      );
    });
    try {
      await holdAlone(owner, id);
      const left = await readRecord(owner, id);
      const record = left && fits(left, options) ? left : await beginAnew(owner, options);
      if (record.stage !== 'placed' && record.stage !== 'handed') await checkOrder(owner, options);
      await owner.rows('SELECT pg_advisory_unlock(hashtextextended($1, 1))', [id]);
      const target = qualified(buildingNames(record.definition, id).table);
      const applier = await Applier.open(await lanes.session(applyLane), id, target, record.definition);
      const spool = await SpoolWriter.open(await lanes.session(spoolLane), id, record.definition);
      return new PostgresJoiner({ id, record, resumed: record === left, lanes, owner, seed, applier, spool });
    } catch (error) {
      await lanes.close();
      await owner.end();
      throw error;
    }
  }

  get #definition(): TableDefinition {
    return this.record.definition;
  }

  get spool(): SpoolWriter {
    return this.#spool;
  }

  async rowCount(): Promise<number> {
    const table =
      this.record.stage === 'placed' || this.record.stage === 'handed'
        ? qualified(this.#definition)
        : this.#target;
    const [rows] = await this.#owner.row(`SELECT count(*) FROM ${table}`);
    return Number(rows);
  }

  /** The end of the chunks that are there without a gap, and how many they are; `to` is null where that is the table's end. */
  async chunksDone(): Promise<{ count: number; to: string[] | null | undefined }> {
    const { chunks } = recordTables(this.#id);
    const [row] = await this.#owner.rows(
      `SELECT n, array_to_json(upto) FROM ${chunks} c WHERE n < (SELECT min(g.n) FROM (SELECT n + 1 AS n FROM ${chunks} UNION SELECT 0) g WHERE NOT EXISTS (SELECT FROM ${chunks} o WHERE o.n = g.n)) ORDER BY n DESC LIMIT 1`,
    );
    if (!row) return { count: 0, to: undefined };
    await this.#owner.rows(`DELETE FROM ${chunks} WHERE n > $1`, [row[0] ?? '0']);
    return { count: Number(row[0]) + 1, to: row[1] == null ? null : (JSON.parse(row[1]) as string[]) };
  }

  /** Rows of a range in the place of all that is there of it, and that chunk `n` ends there; without `n` it is a part of one. */
  async chunk(lane: number, n: number | undefined, range: KeyRange, rows: Buffer): Promise<number> {
    const session = await this.#lanes.session(lane);
    const { chunks } = recordTables(this.#id);
    const clear = `DELETE FROM ${this.#target} WHERE ${within(this.#definition, range)}`;
    return session.transaction(`BEGIN; ${clear}`, async () => {
      const taken = await session.copyIn(this.#copyInto(this.#target), rows);
      if (n === undefined) return taken;
      const upto = range.to === undefined ? 'NULL' : quoteTexts(range.to);
      await session.rows(
        `INSERT INTO ${chunks} VALUES (${n}, ${upto}) ON CONFLICT (n) DO UPDATE SET upto = excluded.upto`,
      );
      return taken;
    });
  }

  /** Rows by key. `keep`: those that are there stay, for they are the same or newer; else they give way. */
  async rows(rows: readonly Buffer[], { keep }: { keep: boolean }): Promise<number> {
    const session = await this.#lanes.session(applyLane);
    const columns = carriedList(this.#definition);
    let taken = 0;
    for (const some of rows)
      taken += await session.transaction('BEGIN', async () => {
        const count = await session.copyIn(this.#copyInto('foresync_rows'), some);
        if (keep)
          await session.rows(
            `INSERT INTO ${this.#target} (${columns}) SELECT ${columns} FROM foresync_rows ON CONFLICT (${columnList(keyColumns(this.#definition))}) DO NOTHING`,
          );
        else await this.#applier.replaceRows();
        return count;
      });
    return taken;
  }

  /** Deletes rows that the donor does not have. */
  async remove(keys: readonly (readonly string[])[]): Promise<void> {
    if (keys.length === 0) return;
    const session = await this.#lanes.session(applyLane);
    await session.rows(
      `DELETE FROM ${this.#target} t USING ${keysRelation(this.#definition, keys)} k WHERE ${keysEqual(this.#definition, 't', 'k')}`,
    );
  }

  async apply(upTo: number | undefined) {
    const applied = await this.#applier.batch(upTo);
    this.spool.applied(applied.bytes);
    return applied;
  }

  /**
   * Keys whose rows are to be asked for once more. They are forgotten with `taken`, when their rows are there. All chunks must have been read before what is applied by now: from
   * then on only those rows are newer than the stream, until it has passed them as well.
   */
  async refetch({ taken }: { taken: boolean }): Promise<string[][]> {
    const { refetch } = recordTables(this.#id);
    if (taken) {
      await this.#owner.rows(`DELETE FROM ${refetch}`);
      return [];
    }
    const rows = await this.#owner.rows(`SELECT DISTINCT array_to_json(key)::text FROM ${refetch}`);
    const keys = rows.map(([key]) => JSON.parse(key ?? '[]') as string[]);
    const newer = new Set(keys.map((key) => JSON.stringify(key)));
    this.#applier.trusts = (key) => !newer.has(JSON.stringify(key.map(utf8)));
    return keys;
  }

  async stage(stage: JoiningRecord['stage']): Promise<void> {
    await setStage(this.#owner, this.#id, stage);
    this.record.stage = stage;
  }

  /** Long: makes indexes and checks. May be called again. */
  async finish(): Promise<void> {
    await finishTable(this.#owner, this.#definition, this.#id);
    await this.stage('verify');
    this.#applier.trusts = () => true;
  }

  async analyze(lane: number): Promise<void> {
    const session = await this.#lanes.session(lane);
    await session.rows(`ANALYZE ${this.#target}`);
  }

  async digest(range: KeyRange): Promise<{ rows: number; sum: string }> {
    const session = await this.#lanes.session(applyLane);
    const [rows, sum] = await session.row(
      `SELECT count(*), coalesce(sum(${rowHash(this.#definition, this.#seed)}), 0) FROM ${this.#target} WHERE ${within(this.#definition, range)}`,
    );
    return { rows: Number(rows), sum: sum ?? '' };
  }

  /** Keys of a range, or of those that are named, whose rows are not those of the donor's list; `touched`: the stream has changed it since `watchKeys`. */
  async compare(
    of: KeyRange | { keys: readonly (readonly string[])[] },
    lines: Buffer,
  ): Promise<{ key: string[]; touched: boolean }[]> {
    const session = await this.#lanes.session(applyLane);
    const columns = keyColumns(this.#definition);
    return session.transaction('BEGIN', async () => {
      const declared = columns.map(
        ({ name, type, collation }) =>
          `${quoteName(name)} ${type}${collation ? ` COLLATE ${collation}` : ''}`,
      );
      await session.rows(
        `CREATE TEMPORARY TABLE foresync_theirs (${declared.join(', ')}, foresync_hash int8) ON COMMIT DROP`,
      );
      await session.copyIn('COPY foresync_theirs FROM STDIN', lines);
      await session.rows(`CREATE INDEX ON foresync_theirs (${columnList(columns)})`);
      const own =
        'keys' in of
          ? `${keysRelation(this.#definition, of.keys)} k JOIN ${this.#target} t ON ${keysEqual(this.#definition, 'k', 't')}`
          : `${this.#target} t WHERE ${within(this.#definition, of)}`;
      const keyList = columns.map(({ name }) => `t.${quoteName(name)}`).join(', ');
      const found = await session.rows(
        `SELECT ${keyTextList(this.#definition)} FROM foresync_theirs FULL JOIN (SELECT ${keyList}, ${rowHash(this.#definition, this.#seed, 't.')} AS foresync_own FROM ${own}) ours
          USING (${columnList(columns)}) WHERE foresync_hash IS DISTINCT FROM foresync_own LIMIT 100000`,
      );
      return found.map((key) => ({ key: key as string[], touched: this.#touched.has(key as string[]) }));
    });
  }

  /** From now on it is kept which keys the stream changes. */
  watchKeys(): void {
    this.#touched.begin();
  }

  /** Puts the table in its place, as proven; the checkpoint says so in the same transaction. */
  async place(placing: {
    replace: boolean;
    sequences: readonly { column: string; lastValue: string | null }[];
  }): Promise<void> {
    // Connections that have used the table would keep it from being renamed.
    await this.#lanes.close();
    await this.#owner.rows('SET synchronous_commit = on');
    await this.#owner.transaction('BEGIN', async () => {
      const { spool } = recordTables(this.#id);
      const [isLeft] = await this.#owner.row(
        `SELECT EXISTS (SELECT FROM ${spool} WHERE whole AND seq > (SELECT applied_seq FROM foresync.joining WHERE id = $1))`,
        [this.#id],
      );
      if (isLeft === 't')
        throw new ForesyncError(
          'protocol',
          'place-early',
          'The table was to be placed with changes left to apply.',
        );
      await placeTable(this.#owner, this.#definition, this.#id, placing);
      await setStage(this.#owner, this.#id, 'placed');
    });
    this.record.stage = 'placed';
  }

  async close(): Promise<void> {
    await this.#lanes.close();
    await this.#owner.end();
  }

  #copyInto(table: string): string {
    return `COPY ${table} (${carriedList(this.#definition)}) FROM STDIN (FORMAT ${copyFormat(this.#definition)})`;
  }
}

/** Tries whether a joiner's table can be made, and takes it back. Throws what `open` would refuse it with. */
export async function rehearseJoiner(
  url: string,
  table: { id: string; definition: TableDefinition; keyOrder: string },
): Promise<void> {
  const session = await Session.open(url);
  try {
    await rehearse(session, table.definition, table.id);
  } finally {
    await session.end();
  }
}

/** Takes away the half-built table and all that was kept for it. A table in its place stays. May be called again. */
export async function discardJoiner(
  url: string,
  id: string,
  table: TableName,
): Promise<{ existed: boolean; placed: boolean }> {
  const session = await Session.open(url);
  try {
    const record = await readRecord(session, id);
    if (record) await holdAlone(session, id);
    const placed = record?.stage === 'placed' || record?.stage === 'handed';
    const building = qualified(buildingNames(record?.definition ?? table, id).table);
    const [there] = await session.row('SELECT to_regclass($1) IS NOT NULL', [building]);
    if (there === 't') await session.rows(`DROP TABLE IF EXISTS ${building}`);
    await dropRecord(session, id);
    return { existed: record !== undefined || there === 't', placed };
  } finally {
    await session.end();
  }
}

/** Two locks: one for as long as a process has the joiner, one that each of its connections has a share of, so that none of an earlier one writes any more. */
async function holdAlone(owner: Session, id: string): Promise<void> {
  for (const which of ['0', '1']) {
    await owner.rows(`SET lock_timeout = ${holderGoneMs}`);
    try {
      await owner.rows('SELECT pg_advisory_lock(hashtextextended($1, $2::int8))', [id, which]);
    } catch (error) {
      if (!(error instanceof ForesyncError) || error.code !== 'postgres-55P03') throw error;
      throw new ForesyncError('exists', 'joiner-busy', 'Another run builds this joiner just now.', {
        cause: error,
      });
    }
  }
  await owner.rows('SET lock_timeout = 0');
}

function fits(
  left: JoiningRecord,
  { definition, systemId, timeline, captureFrom, anew }: OpenJoinerOptions,
): boolean {
  return (
    !anew &&
    left.systemId === systemId &&
    left.timeline === timeline &&
    left.spooledTo >= captureFrom &&
    (left.stage === 'placed' ||
      left.stage === 'handed' ||
      JSON.stringify(left.definition) === JSON.stringify(definition))
  );
}

async function beginAnew(owner: Session, options: OpenJoinerOptions): Promise<JoiningRecord> {
  const { id, definition, systemId, timeline, captureFrom } = options;
  const record: JoiningRecord = {
    ...{ stage: 'hot', definition, systemId, timeline },
    ...{ spooledTo: captureFrom, appliedSeq: 0, appliedTo: captureFrom },
  };
  await rehearse(owner, definition, id);
  await owner.transaction('BEGIN', async () => {
    await createTable(owner, definition, id);
    await createRecord(owner, id, record);
  });
  return record;
}

async function checkOrder(owner: Session, { id, definition, keyOrder }: OpenJoinerOptions): Promise<void> {
  const own = await keyOrderOf(owner, definition, qualified(buildingNames(definition, id).table));
  if (own === keyOrder) return;
  throw new ForesyncError(
    'config',
    'collation-differs',
    `The two servers sort the key in other ways: ${printable(keyOrder)} and ${printable(own)}.`,
    {
      hint: 'Make the joiner a database with the locale of the donor, at a host with the same version of it.',
    },
  );
}
