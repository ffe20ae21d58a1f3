import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { quoted } from '../../support/tables.ts';
import { type AttemptEnd, runAttempt } from './attempt.ts';
import { type Case, type DonorChange, type Fault, faultClass, type Outcome } from './case.ts';
import { assertEqual, assertNoTable, assertNoTraces } from './judge.ts';
import { SmallDisk } from './small-disk.ts';
import { makeStage, type Stage } from './stage.ts';
import type { StandIns } from './stand-ins.ts';
import { WriterProcess } from './writer-process.ts';

const maxAttempts = 10;
const none: Fault = { kind: 'none' };

/** Plays a case from its beginning to its end. Never rejects; with `keep` the files stay. */
export async function runCase(
  chosen: Case,
  { standIns, sharedCache, keep = false }: { standIns: StandIns; sharedCache: string; keep?: boolean },
): Promise<Outcome> {
  const startedMs = Date.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-faults-'));
  const run = new CaseRun(chosen, makeStage(chosen, folder, sharedCache), standIns);
  let [outcome, reason]: [Outcome['outcome'], string | undefined] = ['equal', undefined];
  try {
    reason = await run.whole();
    if (reason !== undefined) outcome = 'refused';
  } catch (error) {
    [outcome, reason] = ['FAILED', error instanceof Error ? error.message : String(error)];
  } finally {
    await run.end();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
  const { attempts, fired, rows, writes } = run;
  const faults = chosen.faults.map(faultClass);
  const table = describe(chosen);
  const ms = Date.now() - startedMs;
  return {
    seed: chosen.seed,
    table,
    plan: chosen.plan,
    faults,
    fired,
    attempts,
    outcome,
    reason,
    rows,
    writes,
    ms,
  };
}

class CaseRun {
  readonly attempts: string[] = [];
  readonly fired: boolean[];
  rows = 0;
  writes = 0;
  readonly #case: Case;
  readonly #stage: Stage;
  readonly #standIns: StandIns;
  readonly #disks = new Map<string, SmallDisk>();
  readonly #writer: WriterProcess;
  #lock: Database.Database | undefined;

  constructor(chosen: Case, stage: Stage, standIns: StandIns) {
    this.#case = chosen;
    this.#stage = stage;
    this.#standIns = standIns;
    this.fired = chosen.faults.map(() => false);
    const { table, writes, writerConnections: connections, pauseMs, isQuiet } = chosen;
    this.#writer = new WriterProcess(
      standIns.writer,
      {
        ...{ file: stage.lead, table: { name: table.name, key: table.key }, keyValues: stage.keyValues },
        ...{ writes, connections, pauseMs, isQuiet, ordersFile: path.join(stage.folder, 'orders') },
      },
      path.join(stage.folder, 'writer.json'),
    );
  }

  /** Resolves with undefined where the joiner came to be equal, and with the reason where the run was refused for a fault's sake. */
  async whole(): Promise<string | undefined> {
    for (const fault of this.#case.faults) if (fault.kind === 'disk-full') this.#diskOf(fault.where);
    await this.#writer.start();
    const faults = [...this.#case.faults];
    if (this.#case.prefetch !== 'none') await this.#prefetch(faults);
    const end = await this.#addReplica(faults);
    await this.#writer.stop();
    if (end !== undefined) {
      assertNoTable(this.#case, this.#stage);
    } else {
      Object.assign(this, assertEqual(this.#case, this.#stage, this.#writer));
    }
    await assertNoTraces(this.#case, this.#stage, end === undefined);
    return end;
  }

  async end(): Promise<void> {
    this.#lock?.close();
    await this.#writer.kill();
    for (const disk of this.#disks.values()) disk.remove();
  }

  /** A prefetch that fails is a prefetch less: nothing rests on it. */
  async #prefetch(faults: Fault[]): Promise<void> {
    const isForIt = faults[0]?.kind === 'disk-full' && faults[0].where === 'cache';
    const fault = isForIt || this.#case.seed % 3 === 0 ? (faults.shift() ?? none) : none;
    const args = ['prefetch', '--plan', this.#stage.plan, '--cache', this.#case.prefetch, ...this.#stall()];
    const { exitCode } = await this.#attempt(args, fault);
    if (exitCode !== 0) await this.#attempt(args, none);
  }

  /** What the journal says of the newest run that began anything. */
  #newestOutcome(): string | undefined {
    const db = new Database(path.join(this.#stage.folder, 'foresync.db'), { readonly: true });
    try {
      const outcome = db.prepare(
        "SELECT outcome FROM runs WHERE command = 'add-replica' AND json_extract(snapshot, '$.phases[1].state') != 'waiting' ORDER BY started_ms DESC LIMIT 1",
      );
      return outcome.pluck().get() as string | undefined;
    } finally {
      db.close();
    }
  }

  /** Ctrl-C is obeyed when the stalled connection has been given up. */
  #stall(): string[] {
    const stalls = this.#case.faults.some(({ kind }) => kind === 'stream-stalled');
    return stalls ? ['--stall-timeout', '2s'] : [];
  }

  async #addReplica(faults: Fault[]): Promise<string | undefined> {
    const place = ['--host', 'joiner', '--store', `sqlite:${this.#stage.joiner}`];
    const plan =
      this.#case.plan === 'none' ? ['--no-plan'] : ['--plan', this.#stage.plan, '--allow-stale-plan'];
    // Half of the commands go on by themselves where somebody is lost, the others leave that to the next start.
    const retries = this.#case.seed % 2 === 0 ? ['--retries', '0'] : [];
    const args = ['add-replica', 'joiner', ...place, ...plan, ...retries, ...this.#stall()];
    for (let n = 0; n < maxAttempts || faults.length > 0; n++) {
      const end = await this.#attempt(args, faults.shift() ?? none);
      if (end.exitCode === 0) return undefined;
      // A command that was killed when all was done and noted: what it made stands in the way of another.
      if (end.exitCode === 73 && this.#newestOutcome() === 'done') return undefined;
      if (end.exitCode === 65 && this.#has('dropped') && /does not exist there|was dropped/.test(end.stderr))
        return 'the table is gone';
      this.#assertExplained(end);
    }
    assert.fail(`no end after ${maxAttempts} attempts`);
  }

  #has(change: DonorChange): boolean {
    return this.#case.faults.some((fault) => fault.kind === 'donor-changed' && fault.change === change);
  }

  /** Whatever goes wrong, the command says so with the exit code for it, and never that the fault is its own. */
  #assertExplained({ exitCode, signal, stderr }: AttemptEnd): void {
    const happened = this.fired.some(Boolean);
    const isExpected = signal !== null || [65, 69, 73, 74, 75, 76, 130].includes(exitCode ?? -1);
    const isAltered = exitCode !== 65 || /was altered|damaged|corrupt|not a sound/.test(stderr);
    if (!happened || !isExpected || !isAltered)
      assert.fail(`attempt ${this.attempts.length} ended unexplained:\n${stderr}`);
  }

  async #attempt(args: readonly string[], fault: Fault): Promise<AttemptEnd> {
    const number = this.attempts.length + 1;
    const disk = fault.kind === 'disk-full' ? this.#diskOf(fault.where) : undefined;
    if (fault.kind === 'disk-full') disk?.leave(fault.freeBytes);
    const end = await runAttempt(args, {
      ...{ stage: this.#stage, standIns: this.#standIns, fault, number },
      onLine: (line) => this.#atLine(line, fault),
    });
    disk?.makeRoom();
    this.#unlock();
    const at = this.#case.faults.indexOf(fault);
    // That a disk is small is a fault only where it is felt.
    if (at >= 0)
      this.fired[at] = fault.kind === 'disk-full' ? disk !== undefined && end.exitCode !== 0 : end.fired;
    const said =
      end.stderr
        .trim()
        .split('\n')
        .findLast((line) => line.startsWith('✗')) ?? '';
    const what = args[0] === 'add-replica' ? '' : `${args.slice(0, 2).join(' ').replace(' --plan', '')} `;
    this.attempts.push(`${what}${end.signal ?? end.exitCode} ${said.slice(2, 120)}`.trim());
    return end;
  }

  #diskOf(where: 'joiner' | 'donor' | 'cache'): SmallDisk | undefined {
    if (!SmallDisk.isPossible) return undefined;
    const folder = path.join(this.#stage.folder, where);
    const known = this.#disks.get(where) ?? new SmallDisk(folder);
    this.#disks.set(where, known);
    return known;
  }

  async #atLine(line: number, fault: Fault): Promise<boolean> {
    if (!('line' in fault) || fault.line !== line || fault.kind === 'killed-at-line') return false;
    if (fault.kind === 'donor-locked') this.#takeLock();
    else if (fault.kind === 'donor-changed') this.#writer.order(changeSql(this.#case, fault.change));
    else await this.#restartDonor();
    return true;
  }

  #takeLock(): void {
    this.#lock = new Database(this.#stage.lead, { timeout: 5000 });
    this.#lock.exec('BEGIN EXCLUSIVE');
  }

  #unlock(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  async #restartDonor(): Promise<void> {
    const started = path.join(this.#stage.folder, 'agents');
    const agents = existsSync(started) ? readFileSync(started, 'utf8').trim().split('\n') : [];
    const pid = agents.findLast((line) => line.startsWith('lead '))?.split(' ')[1];
    try {
      if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      // It had ended already.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await this.#writer.kill();
    await this.#writer.start();
  }
}

function changeSql({ table }: Case, change: DonorChange): string {
  const name = quoted(table.name);
  return {
    'column-added': `ALTER TABLE ${name} ADD COLUMN later DEFAULT 'late'`,
    'index-added': `CREATE INDEX "added later" ON ${name}(w)`,
    dropped: `DROP TABLE ${name}`,
    recreated: `DROP TABLE ${name}; ${table.create.join('; ')}`,
    vacuumed: 'VACUUM',
    checkpointed: 'PRAGMA wal_checkpoint(TRUNCATE)',
    emptied: `DELETE FROM ${name}`,
  }[change];
}

function describe({ table, rows, rowBytes, largeRowBytes, isChild, isQuiet }: Case): string {
  const kind = /\((k .*?), u/.exec(table.create[0] ?? '')?.[1] ?? '';
  const clustered = /WITHOUT ROWID$/.test(table.create[0] ?? '') ? ' WITHOUT ROWID' : '';
  const size =
    largeRowBytes > 0 ? `${rows} rows, one of ${largeRowBytes} B` : `${rows} rows of ${rowBytes} B`;
  const more = `${isChild ? ', child' : ''}${isQuiet ? ', quiet' : ''}`;
  return `${kind}${clustered}, ${table.encoding}, ${table.journal}, ${size}${more}`;
}
