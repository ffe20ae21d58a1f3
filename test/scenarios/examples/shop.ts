import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { type CliResult, runJs, runProgram } from '../../support/cli.ts';
import type { TestSshd } from '../../support/sshd.ts';
import { readmeConfig } from './collected.ts';

const hosts = ['us-east', 'us-west', 'eu-west'];
const hourMs = 3_600_000;
/** Of all shops of this process. */
const kept = mkdtempSync(path.join(os.tmpdir(), 'foresync-examples-kept-'));
const compiled = path.join(kept, 'compiled');
process.once('exit', () => rmSync(kept, { recursive: true, force: true }));

/**
 * The shop of README.md and of the help texts, on this machine: each host's /srv/shop is a folder, the hosts but us-east are reached
 * by the test's sshd, and the names and paths of an example are put for theirs.
 */
export class ExampleShop {
  readonly root = mkdtempSync(path.join(os.tmpdir(), 'foresync-examples-'));
  /** Where the operator is. */
  readonly cwd = path.join(this.root, 'work');
  readonly #sshConfig = path.join(this.root, 'ssh_config');
  readonly #keptRoot = path.join(kept, path.basename(this.root));

  /** With `local`, us-west is on this machine too: for what is not about ssh, to which every run would owe seconds. */
  constructor(sshd: TestSshd, { local = false } = {}) {
    for (const folder of ['work', 'bin', 'home/.config/fish/completions', ...hosts])
      mkdirSync(path.join(this.root, folder), { recursive: true });
    // The login is the test's own, so the user of ops@us-west is left out.
    const sshConfig = readFileSync(sshd.configFile, 'utf8');
    writeFileSync(this.#sshConfig, sshConfig.replace(/^Host .*/, `Host ${hosts.join(' ')}`));
    symlinkSync(runJs, path.join(this.root, 'bin', 'foresync'));
    // What the program keeps of its own compiled code is the same for all shops.
    for (const folder of [compiled, path.join(this.root, 'home/.cache/foresync')])
      mkdirSync(folder, { recursive: true });
    symlinkSync(compiled, path.join(this.root, 'home/.cache/foresync/compiled'));
    makeDatabase(path.join(this.root, 'us-east', 'shop.db'));
    copyFileSync(path.join(this.root, 'us-east', 'shop.db'), path.join(this.root, 'us-west', 'shop.db'));
    const config = readmeConfig()
      .split('\n')
      .map((line) => this.here(line))
      .join('\n');
    writeFileSync(
      path.join(this.cwd, 'foresync.yaml'),
      local ? config.replaceAll(/host: "us-west"/g, 'host: local') : config,
    );
    this.#writeLogs(Date.now());
    this.#writePrograms();
  }

  /** An example with this shop's places in place of its own. */
  here(line: string): string {
    const [, host] = /--host ops@(\S+)/.exec(line) ?? /^\s*(\S+): \{ host: "ops@/.exec(line) ?? [];
    return line
      .split(/(\s+)/)
      .map((word) => {
        const named = hosts.find((name) => word.includes(`@${name}`));
        const place = named ?? (/^"?sqlite:/.test(word) ? host : undefined) ?? 'us-east';
        return word.replaceAll('/srv/shop', path.join(this.root, place)).replaceAll('ops@', '');
      })
      .join('');
  }

  /** Runs a line of bash where the operator is. */
  run(line: string, { input = '' }: { input?: string } = {}): Promise<CliResult> {
    return runProgram('bash', ['-c', line], { cwd: this.cwd, env: this.env, input, timeoutMs: 120_000 });
  }

  get env(): Record<string, string> {
    return {
      PATH: `${path.join(this.root, 'bin')}:${process.env.PATH}`,
      HOME: path.join(this.root, 'home'),
      FORESYNC_SSH_CONFIG: this.#sshConfig,
    };
  }

  /** Runs what comes before an example, which must be well. */
  async did(line: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(line);
    assert.equal(exitCode, 0, `${line}\n${stdout}${stderr}`);
    return stdout;
  }

  /** An access history of logs that end at `untilMs`. */
  async analyze(untilMs: number): Promise<void> {
    this.#writeLogs(untilMs);
    await this.did('foresync analyze');
  }

  /** An access history and a plan, of logs that end now. They are the same in every shop, and made once. */
  async analyzeAndPlan(): Promise<void> {
    const made = ['foresync.db', 'plan.jsonl'];
    if (made.every((name) => existsSync(path.join(kept, name)))) {
      for (const name of made) copyFileSync(path.join(kept, name), path.join(this.cwd, name));
      return;
    }
    await this.analyze(Date.now());
    await this.did('foresync plan --min-confidence 0');
    for (const name of made) copyFileSync(path.join(this.cwd, name), path.join(kept, name));
  }

  /** An add-replica that was killed once its hot rows were there, and before its table was. Returns how its id begins. */
  async dieAtHotReady(): Promise<string> {
    await this.analyzeAndPlan();
    const joiner = path.join(this.root, 'eu-west', 'shop.db');
    for (let tries = 0; tries < 9; tries++) {
      const died = path.join(this.root, `died-${tries}`);
      const hook = `touch ${died}; kill -9 $PPID`;
      await this.run(`${this.join} --plan plan.jsonl --on-hot-ready 'test -e ${died} || { ${hook}; }'`);
      assert.ok(existsSync(died));
      const run = await this.#newestRun();
      if (!existsSync(joiner)) return run;
      // The run goes on beside its hook, and was quicker.
      await this.run(`foresync abort ${run} --yes`);
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${joiner}${suffix}`, { force: true });
    }
    throw new Error('No run died in time');
  }

  async joined(): Promise<string> {
    await this.analyzeAndPlan();
    await this.did(`${this.join} --plan plan.jsonl`);
    return this.#newestRun();
  }

  /** As it is now, for `restore`. No command may run in it meanwhile. */
  keep(): void {
    copyFolder(this.root, this.#keptRoot);
  }

  /** Back to what was kept, at the same place, to which run records and captures point. */
  restore(): void {
    rmSync(this.root, { recursive: true });
    copyFolder(this.#keptRoot, this.root);
  }

  /** Without ssh, for what comes before an example. */
  get join(): string {
    return `foresync add-replica eu-west --host local --store sqlite:${this.root}/eu-west/shop.db`;
  }

  async #newestRun(): Promise<string> {
    const { unfinished, ended } = JSON.parse(await this.did('foresync status --json')) as Record<
      string,
      { id: string }[]
    >;
    return (unfinished?.[0] ?? ended?.[0])?.id.slice(0, 8) ?? '';
  }

  #writeLogs(untilMs: number): void {
    const write = (name: string, text: string) => writeFileSync(path.join(this.cwd, name), text);
    const log = csv(untilMs, 'time,operation,key');
    for (const host of hosts) {
      writeFileSync(path.join(this.root, host, 'access-1.csv'), log);
      writeFileSync(path.join(this.root, host, 'access.csv'), log);
    }
    writeFileSync(
      path.join(this.root, 'us-east', 'access-eu-west.csv'),
      csv(untilMs + hourMs, 'time,operation,key'),
    );
    write('access.csv', log);
    writeFileSync(
      path.join(this.cwd, 'access.csv.1.gz'),
      gzipSync(csv(untilMs - 100 * hourMs, 'ts,operation,sku')),
    );
    write('access.tsv', csv(untilMs, '').trimStart().replaceAll(',', '\t').replaceAll('\n', '\t200\n'));
    writeFileSync(path.join(this.cwd, 'access.tsv.gz'), gzipSync(log.replaceAll(',', '\t')));
    write('nginx.log', nginx(untilMs));
  }

  /** What stands beside foresync in an example. */
  #writePrograms(): void {
    const monitored = keys.map((key, n) => `17313000${10 + n}.000000 [0 127.0.0.1:50000] "GET" "${key}"`);
    const programs = {
      'bin/redis-cli': `printf '%s\\n' OK ${monitored.map((line) => `'${line}'`).join(' ')}`,
      'bin/logger': ':',
      'work/open-the-gates': ':',
    };
    for (const [name, text] of Object.entries(programs)) {
      const file = path.join(this.root, name);
      writeFileSync(file, `#!/bin/sh\n${text}\n`);
      chmodSync(file, 0o755);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const keys = [
  '85123A',
  '22423',
  'user:4711',
  'cart:36933',
  ...Array.from({ length: 60 }, (_, n) => String(n)),
];

function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function makeDatabase(file: string): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE items(id TEXT PRIMARY KEY, name TEXT, price REAL)');
  const insert = db.prepare('INSERT INTO items VALUES (?, ?, ?)');
  for (const key of keys) insert.run(key, `item ${key}`, key.length);
  db.close();
}

/** Two days of reads, hot keys more often. */
function csv(untilMs: number, header: string): string {
  const lines = Array.from({ length: 1500 }, (_, n) => {
    const key = keys[n % 2 === 0 ? (n / 2) % 4 : (n * 7) % keys.length];
    return `${new Date(untilMs - (1500 - n) * 115_000).toISOString()},${n % 10 === 0 ? 'write' : 'read'},${key}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

function nginx(untilMs: number): string {
  const day = new Date(untilMs - hourMs).toUTCString().slice(5, 16).replaceAll(' ', '/');
  return Array.from(
    { length: 100 },
    (_, n) =>
      `10.0.0.1 - - [${day}:00:00:${String(n % 60).padStart(2, '0')} +0000] "GET /product/${n % 7} HTTP/1.1" 200 512\n`,
  ).join('');
}
