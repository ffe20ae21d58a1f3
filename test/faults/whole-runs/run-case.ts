import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type AttemptEnd, runAttempt } from './attempt.ts';
import { type CommonCase, type Fault, faultClass, type Outcome } from './case.ts';
import type { Ground } from './ground.ts';
import { assertNoInbox, assertNoProcess } from './no-process.ts';
import { SmallDisk } from './small-disk.ts';
import type { StandIns } from './stand-ins.ts';

const maxAttempts = 10;
const none: Fault = { kind: 'none' };

/** Makes the databases of a case in a folder. */
export type MakeGround<C extends CommonCase> = (
  chosen: C,
  places: { folder: string; sharedCache: string; standIns: StandIns },
) => Ground | Promise<Ground>;

/** Plays a case from its beginning to its end. Never rejects; with `keep` the files stay. */
export async function runCase<C extends CommonCase>(
  chosen: C,
  makeGround: MakeGround<C>,
  { standIns, sharedCache, keep = false }: { standIns: StandIns; sharedCache: string; keep?: boolean },
): Promise<Outcome> {
  const startedMs = Date.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-faults-'));
  const ground = await makeGround(chosen, { folder, sharedCache, standIns });
  const run = new CaseRun(ground, standIns);
  let [outcome, reason]: [Outcome['outcome'], string | undefined] = ['equal', undefined];
  try {
    reason = await run.whole();
    if (reason !== undefined) outcome = 'refused';
  } catch (error) {
    [outcome, reason] = ['FAILED', error instanceof Error ? error.message : String(error)];
  } finally {
    await run.end(keep && outcome === 'FAILED');
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
  const { attempts, fired, rows, writes } = run;
  return {
    ...{ seed: chosen.seed, table: ground.what, plan: chosen.plan },
    ...{ faults: chosen.faults.map(faultClass), fired, attempts, outcome, reason, rows, writes },
    ms: Date.now() - startedMs,
  };
}

class CaseRun {
  readonly attempts: string[] = [];
  readonly fired: boolean[];
  rows = 0;
  writes = 0;
  readonly #ground: Ground;
  readonly #case: CommonCase;
  readonly #standIns: StandIns;
  readonly #disks = new Map<string, SmallDisk>();

  constructor(ground: Ground, standIns: StandIns) {
    this.#ground = ground;
    this.#case = ground.case;
    this.#standIns = standIns;
    this.fired = this.#case.faults.map(() => false);
  }

  /** Resolves with undefined where the joiner came to be equal, and with the reason where the run was refused for a fault's sake. */
  async whole(): Promise<string | undefined> {
    for (const fault of this.#case.faults) if (fault.kind === 'disk-full') this.#diskOf(fault.where);
    await this.#ground.begin();
    const faults = [...this.#case.faults];
    for (const args of this.#ground.before) await this.#before(args, faults);
    const end = await this.#addReplica(faults);
    Object.assign(this, await this.#ground.judge(end !== undefined));
    await assertNoProcess(this.#ground.place.folder);
    await this.#ground.assertNoTraces();
    if (end === undefined) assertNoInbox(this.#ground.place.folder);
    return end;
  }

  /** With `keep` the databases stay as they are. */
  async end(keep: boolean): Promise<void> {
    if (!keep) await this.#ground.end();
    for (const disk of this.#disks.values()) disk.remove();
  }

  /** A prefetch that fails is a prefetch less: nothing rests on it. */
  async #before(args: readonly string[], faults: Fault[]): Promise<void> {
    const isForIt = faults[0]?.kind === 'disk-full' && faults[0].where === 'cache';
    const fault = isForIt || this.#case.seed % 3 === 0 ? (faults.shift() ?? none) : none;
    const { exitCode } = await this.#attempt([...args, ...this.#stall()], fault);
    if (exitCode !== 0) await this.#attempt([...args, ...this.#stall()], none);
  }

  /** What the journal says of the newest run that began anything. */
  #newestOutcome(): string | undefined {
    const db = new Database(path.join(this.#ground.place.folder, 'foresync.db'), { readonly: true });
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
    const stalls = this.#case.faults.some(
      ({ kind }) => kind === 'stream-stalled' || kind === 'process-stopped',
    );
    return stalls ? ['--stall-timeout', '2s'] : [];
  }

  async #addReplica(faults: Fault[]): Promise<string | undefined> {
    const ground = this.#ground;
    const place = ['--host', 'joiner', '--store', ground.joinerStore, ...ground.options];
    const plan =
      this.#case.plan === 'none' ? ['--no-plan'] : ['--plan', ground.place.plan, '--allow-stale-plan'];
    // Half of the commands go on by themselves where somebody is lost, the others leave that to the next start.
    const retries = this.#case.seed % 2 === 0 ? ['--retries', '0'] : [];
    const args = ['add-replica', 'joiner', ...place, ...plan, ...retries, ...this.#stall()];
    for (let n = 0; n < maxAttempts || faults.length > 0; n++) {
      const end = await this.#attempt(args, faults.shift() ?? none);
      if (end.exitCode === 0) return undefined;
      // A command that was killed when all was done and noted: what it made stands in the way of another.
      if (end.exitCode === 73 && this.#newestOutcome() === 'done') return undefined;
      const refusal = ground.refusal(end);
      if (refusal !== undefined) return refusal;
      this.#assertExplained(end);
    }
    assert.fail(`no end after ${maxAttempts} attempts`);
  }

  /** Whatever goes wrong, the command says so with the exit code for it, and never that the fault is its own. */
  #assertExplained(end: AttemptEnd): void {
    const { exitCode, signal, stderr } = end;
    const happened = this.fired.some(Boolean);
    const isExpected = signal !== null || [65, 69, 73, 74, 75, 76, 130].includes(exitCode ?? -1);
    if (
      !happened ||
      !(isExpected || this.#ground.explains(end)) ||
      (exitCode === 65 && !this.#ground.explains(end))
    )
      assert.fail(`attempt ${this.attempts.length} ended unexplained:\n${stderr}`);
  }

  async #attempt(args: readonly string[], fault: Fault): Promise<AttemptEnd> {
    const number = this.attempts.length + 1;
    const disk = fault.kind === 'disk-full' ? this.#diskOf(fault.where) : undefined;
    if (fault.kind === 'disk-full') disk?.leave(fault.freeBytes);
    const end = await runAttempt(args, {
      ...{ place: this.#ground.place, standIns: this.#standIns, fault, number },
      onLine: (line) => this.#atLine(line, fault),
    });
    disk?.makeRoom();
    await this.#ground.attemptOver();
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
    const folder = SmallDisk.isPossible ? this.#ground.diskFolder(where) : undefined;
    if (folder === undefined) return undefined;
    const known = this.#disks.get(where) ?? new SmallDisk(folder);
    this.#disks.set(where, known);
    return known;
  }

  async #atLine(line: number, fault: Fault): Promise<boolean> {
    if (!('line' in fault) || fault.line !== line || fault.kind === 'killed-at-line') return false;
    await this.#ground.strike(fault);
    return true;
  }
}
