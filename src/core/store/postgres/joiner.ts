import { ForesyncError } from '../../errors.ts';
import { Applier } from './apply.ts';
import { digestOf, type RowsDigest } from './chunk-rows.ts';
import { differingKeys, type Keys } from './compare-rows.ts';
import { copyFormat, type TableDefinition } from './definition.ts';
import { beginAnew, checkOrder, fits, type OpenJoinerOptions } from './hold-joiner.ts';
import type { JoinerHold } from './joiner-hold.ts';
import { type JoiningRecord, readRecord, recordTables, setStage } from './joining-record.ts';
import { Lanes } from './lanes.ts';
import { applyAsOrigin, beginLeading } from './leading.ts';
import { type OriginPositions, readOrigins } from './origins.ts';
import { applyLane, RowsIn } from './rows-in.ts';
import { servingNames } from './serving-sql.ts';
import type { Session } from './session.ts';
import { Slices } from './slices.ts';
import { SpoolWriter } from './spool.ts';
import { qualified } from './sql.ts';
import { dropServing, grantsOfView, openServing, prepareServing, servingView } from './sql-serving.ts';
import type { KeyRange } from './table-sql.ts';
import { buildingNames, finishTable, placeTable } from './target-table.ts';
import { TouchedKeys } from './touched-keys.ts';
import { Warming } from './warming.ts';

const spoolLane = 1;
/** How long the table waits for readers to be put in its place, at a time. */
const readersGoneMs = 300;

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
  /** Takes rows that were read at a donor. */
  readonly rows: RowsIn;
  readonly warming: Warming;
  #spool: SpoolWriter;
  /** Where the joiner answers reads while it is built: then rows come in slices alone, until all of them are there. */
  slices: Slices | undefined;

  private constructor(opened: {
    id: string;
    record: JoiningRecord;
    resumed: boolean;
    lanes: Lanes;
    owner: Session;
    seed: string;
    applier: Applier;
    spool: SpoolWriter;
    slices: Slices | undefined;
  }) {
    this.#id = opened.id;
    this.record = opened.record;
    this.resumed = opened.resumed;
    this.#lanes = opened.lanes;
    this.#owner = opened.owner;
    this.#seed = opened.seed;
    this.#applier = opened.applier;
    this.#spool = opened.spool;
    this.#target = targetOf(opened.record, opened.id);
    if (this.record.stage === 'verify' || isPlaced(this.record)) this.#applier.trust.all();
    this.slices = opened.slices;
    const building = {
      ...{ id: opened.id, definition: opened.record.definition, target: this.#target },
      ...{ lanes: opened.lanes, applier: opened.applier, slices: () => this.slices },
      digest: (session: Session, range: KeyRange) => this.#digest(session, range),
    };
    this.rows = new RowsIn(building);
    this.warming = new Warming(building);
    this.#applier.onKey = (key) => this.#touched.add(key);
    this.#applier.onTruncate = () => this.#touched.addAll();
  }

  /**
   * Goes on with what is there for this id, or begins anew where it does not fit the donor, its capture or its table of today. The hold stays
   * its owner's to end.
   */
  static async open(hold: JoinerHold, options: OpenJoinerOptions): Promise<PostgresJoiner> {
    const { id, seed } = options;
    const { owner } = hold;
    const lanes = new Lanes(hold.url, async (session) => {
      await hold.joinIn(session);
      await session.rows(
        'SET synchronous_commit = off; SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0',
      );
    });
    try {
      await hold.alone();
      const left = await readRecord(owner, id);
      const record = left && fits(left, options) ? left : await beginAnew(owner, options);
      if (!isPlaced(record)) await checkOrder(owner, options);
      await hold.letIn();
      const target = targetOf(record, id);
      const applying = await lanes.session(applyLane);
      if (options.isLeader) await applyAsOrigin(applying, id);
      const applier = await Applier.open(applying, id, target, record.definition);
      const spool = await SpoolWriter.open(await lanes.session(spoolLane), id, record.definition);
      const isServed = (await servingView(owner, id)) !== undefined;
      const slices = isServed
        ? new Slices(await lanes.session(applyLane), id, record.definition, applier)
        : undefined;
      const resumed = record === left;
      return new PostgresJoiner({ id, record, resumed, lanes, owner, seed, applier, spool, slices });
    } catch (error) {
      await lanes.close();
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
    const table = isPlaced(this.record) ? qualified(this.#definition) : this.#target;
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
      const session = this.slices?.isOpen ? await this.#lanes.session(applyLane) : this.#owner;
      await session.rows(`DELETE FROM ${refetch}`);
      return [];
    }
    const rows = await this.#owner.rows(`SELECT DISTINCT array_to_json(key)::text FROM ${refetch}`);
    const keys = rows.map(([key]) => JSON.parse(key ?? '[]') as string[]);
    this.#applier.trust.most(keys);
    return keys;
  }

  /** Nothing is left to apply: from now on what is written to the table is kept for those leaders, of whom each has a slot by an id of its own. */
  async lead(slots: readonly string[]): Promise<void> {
    const table = buildingNames(this.#definition, this.#id).table;
    await beginLeading(this.#owner, { id: this.#id, slots, table });
  }

  /** How far it has what was committed first at other servers than the donor. */
  async origins(): Promise<OriginPositions> {
    return readOrigins(this.#owner, this.#id);
  }

  async stage(stage: JoiningRecord['stage']): Promise<void> {
    await setStage(this.#owner, this.#id, stage);
    this.record.stage = stage;
  }

  /** Long: makes indexes and checks. May be called again. */
  async finish(): Promise<void> {
    await finishTable(this.#owner, this.#definition, this.#id);
    await this.stage('verify');
    this.#applier.trust.all();
  }

  async analyze(lane: number): Promise<void> {
    const session = await this.#lanes.session(lane);
    await session.rows(`ANALYZE ${this.#target}`);
  }

  async digest(range: KeyRange): Promise<RowsDigest> {
    return this.#digest(await this.#lanes.session(applyLane), range);
  }

  #digest(session: Session, range: KeyRange): Promise<RowsDigest> {
    return digestOf(session, { definition: this.#definition, table: this.#target, seed: this.#seed }, range);
  }

  /** `touched`: the stream has changed it since `watchKeys`. */
  async compare(of: KeyRange | Keys, lines: Buffer): Promise<{ key: string[]; touched: boolean }[]> {
    const session = await this.#lanes.session(applyLane);
    const about = { definition: this.#definition, target: this.#target, seed: this.#seed };
    const found = await differingKeys(session, about, of, lines);
    return found.map((key) => ({ key, touched: this.#touched.has(key) }));
  }

  /** From now on it is kept which keys the stream changes. */
  watchKeys(): void {
    this.#touched.begin();
  }

  /** Some keys that it has changed since, which count as unchanged from now on; `all` where they were too many to be kept. */
  takeTouched(count: number): readonly string[][] | 'all' {
    return this.#touched.take(count);
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
      const grants = await this.#leaveServing();
      await placeTable(this.#owner, this.#definition, this.#id, placing);
      if (grants !== undefined) await this.#owner.rows(grants);
      await setStage(this.#owner, this.#id, 'placed');
    });
    this.record.stage = 'placed';
  }

  /** A session of the joiner's own, to make what reads go by. */
  async prepareServing(conninfo: string): Promise<void> {
    await prepareServing(this.#owner, this.#definition, { id: this.#id, conninfo });
  }

  /** Keys of rows that are not here yet, of a range that was not taken before. */
  async missing(lane: number, keys: Buffer): Promise<number> {
    const session = await this.#lanes.session(lane);
    return session.copyInMessages(
      `COPY ${qualified(servingNames(this.#id).missing)} FROM STDIN (FORMAT ${copyFormat(this.#definition)})`,
      keys,
    );
  }

  async openServing(lead: string): Promise<void> {
    await openServing(this.#owner, this.#definition, { id: this.#id, lead });
    this.slices = new Slices(await this.#lanes.session(applyLane), this.#id, this.#definition, this.#applier);
  }

  /** Who reads just now is waited for, but not for long, lest others wait behind it for as long. */
  async #leaveServing(): Promise<string | undefined> {
    if (!this.slices) return undefined;
    await this.#owner.rows(`SET LOCAL lock_timeout = ${readersGoneMs}`);
    const grants = await grantsOfView(this.#owner, this.#id);
    await dropServing(this.#owner, this.#id);
    return grants;
  }

  async close(): Promise<void> {
    await this.#lanes.close();
  }
}

function isPlaced({ stage }: JoiningRecord): boolean {
  return stage === 'placed' || stage === 'handed';
}

/** What changes are applied to: also the table in its place may be behind, until others go on with it. */
function targetOf(record: JoiningRecord, id: string): string {
  return qualified(isPlaced(record) ? record.definition : buildingNames(record.definition, id).table);
}
