import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AttemptEnd } from '../attempt.ts';
import type { DonorChange, Fault } from '../case.ts';
import type { Ground, RunPlace } from '../ground.ts';
import { agentsOf } from '../no-process.ts';
import type { MakeGround } from '../run-case.ts';
import type { PgCase } from './case.ts';
import { assertNothingLeft, assertSameRows, assertSameSchema, caughtUp, tableThere } from './judge.ts';
import { pgPlan } from './plan.ts';
import { firstRows, markSql } from './random-table.ts';
import { familyOf, type PgServers, stopFor } from './servers.ts';
import { PgWriter } from './writer.ts';

/** Makes the databases of a case at the servers. */
export function makePgGround(servers: PgServers): MakeGround<PgCase> {
  return (chosen, { folder, sharedCache }) => {
    const cache = chosen.isFreshHost ? path.join(folder, 'cache') : sharedCache;
    for (const place of ['marks', 'joiner', 'cache'])
      mkdirSync(path.join(folder, place), { recursive: true });
    // The server is another user, and has its tablespace here.
    chmodSync(folder, 0o711);
    return new PgGround(chosen, { folder, cache, plan: path.join(folder, 'plan.jsonl') }, servers);
  };
}

class PgGround implements Ground {
  readonly case: PgCase;
  readonly place: RunPlace;
  readonly what: string;
  readonly before = [];
  readonly #servers: PgServers;
  readonly #database: string;
  readonly #replay: string;
  readonly #writer: PgWriter;
  readonly #agents = new Set<Promise<unknown>>();

  constructor(chosen: PgCase, place: RunPlace, servers: PgServers) {
    this.case = chosen;
    this.place = place;
    this.#servers = servers;
    this.#database = `case_${chosen.seed}`;
    this.#replay = `replay_${chosen.seed}`;
    this.what = describe(chosen);
    this.#writer = new PgWriter(servers.lead, this.#database, chosen);
  }

  get joinerStore(): string {
    return this.#servers.joiner.store(this.#database);
  }

  get options(): string[] {
    const { handOver, deltaBudgetKeys } = this.case;
    const budget = deltaBudgetKeys === undefined ? [] : ['--delta-budget', String(deltaBudgetKeys)];
    const conninfo = `host=${this.#servers.lead.socketFolder} user=postgres dbname=${this.#database}`;
    return [
      ...budget,
      '--hand-over',
      handOver,
      ...(handOver === 'none' ? [] : ['--subscription-conninfo', conninfo]),
    ];
  }

  async begin(): Promise<void> {
    const { lead, joiner } = this.#servers;
    const { table, rows, rowBytes, largeRowBytes, firstWrites } = this.case;
    lead.sql(`CREATE DATABASE ${this.#database}`);
    this.#makeJoiner();
    for (const server of [lead, joiner]) server.sql(table.needs.join(';\n'), this.#database);
    const sql = [
      ...table.create,
      rows > 0 ? firstRows(table, rows, rowBytes) : '',
      largeRowBytes > 0 ? firstRows(table, 1, largeRowBytes).replaceAll('(100, 100)', '(90, 90)') : '',
    ];
    lead.sql(sql.join(';\n'), this.#database);
    const first = new PgWriter(lead, this.#database, {
      ...this.case,
      ...{ writes: firstWrites, writerConnections: 1, isQuiet: false, pauseMs: 0 },
    });
    const done = firstWrites.flatMap((_, place) => first.transactionAt(place));
    lead.sql([...done, markSql(table, 0)].join(';\n'), this.#database);
    if (this.#isReplayed) lead.sql(`CREATE DATABASE ${this.#replay} TEMPLATE ${this.#database}`);
    // JSON is YAML.
    const config = {
      ...{ group: 'faults', table: table.name, lead: 'lead' },
      replicas: { lead: { host: 'lead', store: lead.store(this.#database) } },
    };
    writeFileSync(path.join(this.place.folder, 'foresync.yaml'), JSON.stringify(config));
    if (this.case.plan !== 'none') writeFileSync(this.place.plan, pgPlan(this.case, lead, this.#database));
    await this.#writer.start();
  }

  diskFolder(where: string): string | undefined {
    return where === 'joiner' ? path.join(this.place.folder, 'joiner') : undefined;
  }

  async strike(fault: Fault): Promise<void> {
    const servers = this.#servers;
    if (fault.kind === 'server-killed')
      await (fault.process === 'postmaster'
        ? servers.killPostmaster(fault.at)
        : servers.killBackend(fault.at));
    else if (fault.kind === 'connections-ended') servers.endConnections(fault.at, fault.which);
    else if (fault.kind === 'donor-changed') this.#change(fault.change);
    else if (fault.kind === 'process-stopped' && fault.process === 'backend')
      await servers.stopBackend(fault.at);
    else if (fault.kind === 'process-stopped') await this.#stopAgent(fault.at);
  }

  async attemptOver(): Promise<void> {
    await Promise.all(this.#agents);
    for (const at of ['lead', 'joiner'] as const) await this.#servers.of(at).ready();
  }

  refusal({ exitCode, stderr }: AttemptEnd): string | undefined {
    if (this.#has('dropped') && (exitCode === 65 || exitCode === 78) && /There is no table/.test(stderr))
      return 'the table is gone';
    return undefined;
  }

  explains({ exitCode, stderr }: AttemptEnd): boolean {
    if (exitCode === 75 && this.case.deltaBudgetKeys !== undefined && /budget of the Delta Log/.test(stderr))
      return true;
    const isChanged = this.case.faults.some(({ kind }) => kind === 'donor-changed');
    return exitCode === 65 && (isChanged ? /was altered/ : /damaged|corrupt/).test(stderr);
  }

  async judge(refused: boolean): Promise<{ rows: number; writes: number }> {
    const { lead, joiner } = this.#servers;
    const { table, handOver } = this.case;
    const writes = this.#writer.commits;
    await this.#writer.stop();
    const database = this.#database;
    if (refused) {
      assert.equal(tableThere(joiner, database, table), false, 'the table is at the joiner');
      return { rows: 0, writes };
    }
    const there = { server: joiner, database, what: 'the joiner' };
    const wanted = { server: lead, database, what: 'the lead' };
    if (handOver === 'subscription') {
      await caughtUp(this.#servers, database);
      const rows = assertSameRows(table, there, wanted);
      assertSameSchema(table, there, wanted);
      const name = joiner.sql(
        'SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
        database,
      );
      joiner.sql(`DROP SUBSCRIPTION ${name}`, database);
      lead.sql(`DROP PUBLICATION ${name}`, database);
      return { rows, writes };
    }
    const replayed = { server: lead, database: this.#replay, what: 'what its writes alone come to' };
    const has = await this.#replayTo(there, 0);
    const rows = assertSameRows(table, there, replayed);
    // An index that is made meanwhile is told, and not taken over.
    if (!this.#has('index-added')) assertSameSchema(table, there, replayed);
    if (!tableThere(lead, database, table)) return { rows, writes: has };
    await this.#replayTo(wanted, has);
    assertSameRows(table, wanted, replayed);
    assertSameSchema(table, wanted, replayed);
    return { rows, writes: has };
  }

  assertNoTraces(): Promise<void> {
    return assertNothingLeft(this.#servers, this.#database);
  }

  async end(): Promise<void> {
    await this.#writer.stop().catch(() => undefined);
    const { lead, joiner } = this.#servers;
    const database = this.#database;
    // Of a failed run everything may be there.
    const subscriptions = `SELECT format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION %1$I', subname) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const there = joiner.sql(`SELECT count(*) FROM pg_database WHERE datname = '${database}'`);
    if (there === '1')
      for (const line of joiner.sql(subscriptions, database).split('\n')) joiner.sql(line, database);
    lead.sql(
      `SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE database = '${database}' AND active_pid IS NOT NULL`,
    );
    lead.sql(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '${database}'`,
    );
    for (const name of [database, this.#replay]) lead.sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    joiner.sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    if (this.#hasDisk) joiner.sql(`DROP TABLESPACE IF EXISTS small_${this.case.seed}`);
  }

  get #hasDisk(): boolean {
    return this.case.faults.some(({ kind }) => kind === 'disk-full');
  }

  get #isReplayed(): boolean {
    return this.case.handOver === 'none';
  }

  #has(change: DonorChange): boolean {
    return this.case.faults.some((fault) => fault.kind === 'donor-changed' && fault.change === change);
  }

  #makeJoiner(): void {
    const { joiner } = this.#servers;
    if (!this.#hasDisk) {
      joiner.sql(`CREATE DATABASE ${this.#database}`);
      return;
    }
    const folder = path.join(this.place.folder, 'joiner');
    const { uid, gid } = statSync(joiner.socketFolder);
    chownSync(folder, uid, gid);
    joiner.sql(`CREATE TABLESPACE small_${this.case.seed} LOCATION '${folder}'`);
    joiner.sql(`CREATE DATABASE ${this.#database} TABLESPACE small_${this.case.seed}`);
  }

  #change(change: DonorChange): void {
    const { lead } = this.#servers;
    if (change === 'slot-dropped') {
      const mine = `FROM pg_replication_slots WHERE database = '${this.#database}'`;
      lead.sql(`SELECT pg_terminate_backend(active_pid, 5000) ${mine} AND active_pid IS NOT NULL`);
      // A walsender that was quick has it again; then it stays.
      lead.sql(`SELECT pg_drop_replication_slot(slot_name) ${mine} AND active_pid IS NULL`);
    } else if (change === 'publication-dropped')
      lead.sql(`SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication \\gexec`, this.#database);
    else this.#writer.order(changeSql(this.case, change));
  }

  async #stopAgent(at: 'lead' | 'joiner'): Promise<void> {
    const found = agentsOf(this.place.folder).findLast(({ who }) => who === at);
    const pids = found ? familyOf(found.pid) : [];
    const stopped = Promise.all(pids.map((pid) => stopFor(pid)));
    this.#agents.add(stopped);
    await stopped;
  }

  /** Repeats the writer's writes up to what a copy of the table says that it holds; returns how many that are. */
  async #replayTo(
    { server, database }: { server: PgServers['lead']; database: string },
    after: number,
  ): Promise<number> {
    const { table } = this.case;
    const last = Number(server.sql(`SELECT max(m) FROM ${table.name}`, database) || 0);
    const sql: string[] = [];
    for (let n = after + 1; n <= last; n++) sql.push(...this.#writer.transactionAt(n));
    if (sql.length > 0) this.#servers.lead.sql(sql.join(';\n'), this.#replay);
    return last;
  }
}

function changeSql({ table }: PgCase, change: DonorChange): string {
  const { name } = table;
  const changes: Partial<Record<DonorChange, string>> = {
    'column-added': `ALTER TABLE ${name} ADD COLUMN later text DEFAULT 'late'`,
    'column-dropped': `ALTER TABLE ${name} DROP COLUMN spare`,
    'column-renamed': `ALTER TABLE ${name} RENAME COLUMN spare TO later`,
    'column-retyped': `ALTER TABLE ${name} ALTER COLUMN spare TYPE varchar(300)`,
    'index-added': `CREATE INDEX "added later" ON ${name} (u)`,
    dropped: `DROP TABLE ${name}`,
    recreated: `DROP TABLE ${name}; ${table.create.join('; ')}`,
    vacuumed: `VACUUM FULL ${name}`,
    emptied: `TRUNCATE ${name}`,
  };
  const sql = changes[change];
  if (sql === undefined) throw new RangeError(`PostgreSQL knows no ${change}`);
  return sql;
}

function describe({
  table,
  rows,
  rowBytes,
  largeRowBytes,
  isQuiet,
  writerConnections,
  handOver,
}: PgCase): string {
  const size =
    largeRowBytes > 0 ? `${rows} rows, one of ${largeRowBytes} B` : `${rows} rows of ${rowBytes} B`;
  const writers = isQuiet ? 'quiet' : `${writerConnections} at a time`;
  return `${table.kind}, ${size}, ${writers}, ${handOver}`;
}
