import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { sharedMemory } from '../../src/core/store/sqlite/shared-memory.ts';
import type { RunSnapshot } from '../../src/core/sync/snapshot.ts';
import { writePlanFile } from './plan-file.ts';
import { type KeyKind, shopTable, writeShopFile } from './shop-file.ts';
import { type Timed, timed } from './timed.ts';

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
export const group = 'bench';

/** A way to the joiner's host: an ssh configuration, and the alias in it. */
export interface Route {
  configFile: string;
  destination: string;
}

export interface CopyPlan {
  rows: number;
  plannedKeys: number;
  kind: KeyKind;
  /** Of each row's picture; 16 where nothing says more. */
  photoBytes?: number;
  /** Copies lie in shared memory, where there is some: at hosts of their own, donor and joiner have disks of their own. */
  diskOfItsOwn?: boolean;
}

export interface AddReplicaRun extends Timed {
  run: RunSnapshot;
}

/** Folders of a donor and of a joiner, the donor's file, and the ways to copy it. */
export class CopyPlace {
  readonly source: string;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'foresync-bench-copy-'));
  readonly #operator: string;
  readonly #target: string;
  readonly #rows: number;
  #copies = 0;

  constructor({ rows, plannedKeys, kind, photoBytes, diskOfItsOwn = false }: CopyPlan) {
    this.#rows = rows;
    this.#operator = path.join(this.#folder, 'operator');
    const memory = diskOfItsOwn ? sharedMemory() : undefined;
    this.#target = memory
      ? mkdtempSync(path.join(memory, 'foresync-bench-copy-'))
      : path.join(this.#folder, 'target');
    this.source = path.join(this.#operator, 'src.db');
    for (const folder of [this.#operator, this.#target]) mkdirSync(folder, { recursive: true });
    writeShopFile(this.source, { rows, kind, photoBytes, seed: 1 });
    const config = { group, table: shopTable, lead: 'east', replicas: { east: { store: 'sqlite:src.db' } } };
    // YAML takes JSON.
    writeFileSync(path.join(this.#operator, 'foresync.yaml'), JSON.stringify(config));
    writePlanFile(path.join(this.#operator, 'plan.jsonl'), { group, rows, keys: plannedKeys, kind, seed: 2 });
  }

  /** `cat FILE | ssh HOST 'cat > COPY && sync COPY'`, with ssh's own compression or without: forced to disk, as a joiner is. */
  async sshCat(route: Route, { compressed = false } = {}): Promise<Timed> {
    const copy = this.#newCopy();
    const ssh = ['ssh', '-F', route.configFile, '-T', ...(compressed ? ['-C'] : []), '--', route.destination];
    const pipeline = 'file=$1; shift; cat "$file" | "$@"';
    const result = await timed('sh', [
      '-c',
      pipeline,
      'sh',
      this.source,
      ...ssh,
      `cat > '${copy}' && sync '${copy}'`,
    ]);
    if (statSync(copy).size !== statSync(this.source).size) throw new Error('The copy by cat is not whole');
    rmSync(copy);
    return result;
  }

  /** `foresync add-replica`, from the start of the command to its exit; the joiner's rows are counted afterwards. `planned` may name a plan of one's own. */
  async addReplica(
    route: Route,
    { planned, more = [] }: { planned: boolean | string; more?: readonly string[] },
  ): Promise<AddReplicaRun> {
    const copy = this.#newCopy();
    const place = ['--host', route.destination, '--store', `sqlite:${copy}`];
    const result = await timed(
      program,
      ['add-replica', 'west', ...place, planOption(planned), ...more, '--json'],
      { cwd: this.#operator, env: { FORESYNC_SSH_CONFIG: route.configFile } },
    );
    const db = new Database(copy, { readonly: true });
    const rows = db.prepare(`SELECT count(*) FROM ${shopTable}`).pluck().get();
    db.close();
    if (rows !== this.#rows) throw new Error(`${rows} of ${this.#rows} rows are at the joiner`);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
    return { ...result, run: (JSON.parse(result.stdout) as { run: RunSnapshot }).run };
  }

  /** Any other command of foresync's, in the operator's folder; gives what it printed. */
  async foresync(...args: readonly string[]): Promise<string> {
    return (await timed(program, args, { cwd: this.#operator })).stdout;
  }

  /** Where the operator is. */
  get folder(): string {
    return this.#operator;
  }

  /** The planned keys, as a plan has them. */
  get planFile(): string {
    return path.join(this.#operator, 'plan.jsonl');
  }

  /** What earlier copies left to be written to disk must not slow the next one. */
  async settle(): Promise<void> {
    await timed('sync', []);
  }

  remove(): void {
    for (const folder of [this.#folder, this.#target]) rmSync(folder, { recursive: true, force: true });
  }

  #newCopy(): string {
    this.#copies++;
    return path.join(this.#target, `copy${this.#copies}.db`);
  }
}

function planOption(planned: boolean | string): string {
  if (planned === false) return '--no-plan';
  return `--plan=${planned === true ? 'plan.jsonl' : planned}`;
}
