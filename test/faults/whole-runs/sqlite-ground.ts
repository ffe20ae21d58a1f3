import path from 'node:path';
import Database from 'better-sqlite3';
import { quoted } from '../../support/tables.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Case, DonorChange, Fault } from './case.ts';
import type { Ground } from './ground.ts';
import { assertEqual, assertNoTable, assertNoTraces } from './judge.ts';
import { agentsOf, signalTo } from './no-process.ts';
import type { MakeGround } from './run-case.ts';
import { makeStage, type Stage } from './stage.ts';
import { WriterProcess } from './writer-process.ts';

/** Makes the SQLite files of a case. */
export const makeSqliteGround: MakeGround<Case> = (chosen, { folder, sharedCache, standIns }) =>
  new SqliteGround(chosen, makeStage(chosen, folder, sharedCache), standIns.writer);

class SqliteGround implements Ground {
  readonly case: Case;
  readonly place: Stage;
  readonly what: string;
  readonly options = [];
  readonly #writer: WriterProcess;
  #lock: Database.Database | undefined;

  constructor(chosen: Case, stage: Stage, writer: string) {
    this.case = chosen;
    this.place = stage;
    this.what = describe(chosen);
    const { table, writes, writerConnections: connections, pauseMs, isQuiet } = chosen;
    this.#writer = new WriterProcess(
      writer,
      {
        ...{ file: stage.lead, table: { name: table.name, key: table.key }, keyValues: stage.keyValues },
        ...{ writes, connections, pauseMs, isQuiet, ordersFile: path.join(stage.folder, 'orders') },
      },
      path.join(stage.folder, 'writer.json'),
    );
  }

  get joinerStore(): string {
    return `sqlite:${this.place.joiner}`;
  }

  get before() {
    const { prefetch } = this.case;
    return prefetch === 'none' ? [] : [['prefetch', '--plan', this.place.plan, '--cache', prefetch]];
  }

  begin(): Promise<void> {
    return this.#writer.start();
  }

  diskFolder(where: string): string {
    return path.join(this.place.folder, where);
  }

  async strike(fault: Fault): Promise<void> {
    if (fault.kind === 'donor-locked') this.#takeLock();
    else if (fault.kind === 'donor-changed') this.#writer.order(changeSql(this.case, fault.change));
    else await this.#restartDonor();
  }

  async attemptOver(): Promise<void> {
    this.#lock?.close();
    this.#lock = undefined;
  }

  refusal({ exitCode, stderr }: AttemptEnd): string | undefined {
    const isDropped = this.case.faults.some(
      (fault) => fault.kind === 'donor-changed' && fault.change === 'dropped',
    );
    return exitCode === 65 && isDropped && /does not exist there|was dropped/.test(stderr)
      ? 'the table is gone'
      : undefined;
  }

  explains({ exitCode, stderr }: AttemptEnd): boolean {
    return exitCode === 65 && /was altered|damaged|corrupt|not a sound/.test(stderr);
  }

  async judge(refused: boolean): Promise<{ rows: number; writes: number }> {
    await this.#writer.stop();
    if (!refused) return assertEqual(this.case, this.place, this.#writer);
    assertNoTable(this.case, this.place);
    return { rows: 0, writes: 0 };
  }

  async assertNoTraces(): Promise<void> {
    assertNoTraces(this.case, this.place);
  }

  async end(): Promise<void> {
    this.#lock?.close();
    await this.#writer.kill();
  }

  #takeLock(): void {
    this.#lock = new Database(this.place.lead, { timeout: 5000 });
    this.#lock.exec('BEGIN EXCLUSIVE');
  }

  async #restartDonor(): Promise<void> {
    signalTo(agentsOf(this.place.folder).findLast(({ who }) => who === 'lead')?.pid, 'SIGKILL');
    await this.#writer.kill();
    await this.#writer.start();
  }
}

function changeSql({ table }: Case, change: DonorChange): string {
  const name = quoted(table.name);
  const changes: Partial<Record<DonorChange, string>> = {
    'column-added': `ALTER TABLE ${name} ADD COLUMN later DEFAULT 'late'`,
    'index-added': `CREATE INDEX "added later" ON ${name}(w)`,
    dropped: `DROP TABLE ${name}`,
    recreated: `DROP TABLE ${name}; ${table.create.join('; ')}`,
    vacuumed: 'VACUUM',
    checkpointed: 'PRAGMA wal_checkpoint(TRUNCATE)',
    emptied: `DELETE FROM ${name}`,
  };
  const sql = changes[change];
  if (sql === undefined) throw new RangeError(`SQLite knows no ${change}`);
  return sql;
}

function describe({ table, rows, rowBytes, largeRowBytes, isChild, isQuiet }: Case): string {
  const kind = /\((k .*?), u/.exec(table.create[0] ?? '')?.[1] ?? '';
  const clustered = /WITHOUT ROWID$/.test(table.create[0] ?? '') ? ' WITHOUT ROWID' : '';
  const size =
    largeRowBytes > 0 ? `${rows} rows, one of ${largeRowBytes} B` : `${rows} rows of ${rowBytes} B`;
  const more = `${isChild ? ', child' : ''}${isQuiet ? ', quiet' : ''}`;
  return `${kind}${clustered}, ${table.encoding}, ${table.journal}, ${size}${more}`;
}
