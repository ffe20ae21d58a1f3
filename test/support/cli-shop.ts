import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunSnapshot } from '../../src/core/sync/snapshot.ts';
import { runCli } from './cli.ts';
import { RunningCli } from './running-cli.ts';
import { makeShop } from './shop-writer.ts';
import { rowsOf, schemaOf, type TestContext, temporaryFolder } from './tables.ts';

/** A folder with a shop's database and its foresync.yaml, for commands that run in it. */
export function shopFolder(t: TestContext, rows = 25_000): string {
  const folder = temporaryFolder(t);
  makeShop(path.join(folder, 'shop.db'), rows);
  writeFileSync(
    path.join(folder, 'foresync.yaml'),
    'group: shop\ntable: items\nlead: east\nreplicas: { east: { store: "sqlite:shop.db" } }\n',
  );
  return folder;
}

/** Puts a plan of one key into the folder. */
export function writeSmallPlan(folder: string): void {
  const header = {
    ...{ kind: 'foresync.plan', version: 1, group: 'shop', table: 'items', model: 'test', entries: 1 },
    ...{ origin: new Date().toISOString(), horizonMs: 86_400_000, minConfidence: 0, expectedHitRate: 0.5 },
  };
  const entry = {
    ...{ key: 7, confidence: 0.9, expectedAt: header.origin, expectedReads: 1, expectedWrites: 0 },
    ...{ donor: 'east', model: 'test' },
  };
  writeFileSync(path.join(folder, 'plan.jsonl'), `${JSON.stringify(header)}\n${JSON.stringify(entry)}\n`);
}

export function joinArguments(joiner: string, store = 'sqlite:joiner.db'): string[] {
  return ['add-replica', joiner, '--host', 'local', '--store', store, '--no-plan'];
}

/** An add-replica that stands still after the first chunk of its snapshot, until its limit is lifted. It is there. */
export async function startSlowRun(t: TestContext, cwd: string, joiner = 'j'): Promise<RunningCli> {
  const run = new RunningCli([...joinArguments(joiner), '--bwlimit', '100/s'], { cwd });
  t.after(() => run.kill('SIGKILL'));
  await run.says(/snapshot {2}<?\d+ %.*rows/);
  return run;
}

/** The same, killed there. */
export async function leaveDeadRun(t: TestContext, cwd: string, joiner = 'j'): Promise<void> {
  const run = await startSlowRun(t, cwd, joiner);
  run.kill('SIGKILL');
  await run.ended;
}

export interface Listed {
  id: string;
  standing: string;
  joiner: string;
  phase?: string;
  pid: number;
  canResume: boolean;
  canAbort: boolean;
  continuedBy?: string;
  run: RunSnapshot;
}

/** What `foresync status --json` says. */
export async function statusOf(
  cwd: string,
): Promise<Record<'running' | 'unfinished' | 'held' | 'ended', Listed[]>> {
  const { stdout } = await runCli(['status', '--json'], { cwd });
  return JSON.parse(stdout);
}

/** All that lies in the folder, without foresync's own file and what SQLite keeps beside a file that is open. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('foresync.db') && !/-(wal|shm)$/.test(name));
}

/** What the donor has that a run must leave as it was. */
export function donorState(folder: string): { schema: string[]; rows: string[] } {
  const file = path.join(folder, 'shop.db');
  return { schema: schemaOf(file), rows: rowsOf(file, 'items') };
}
