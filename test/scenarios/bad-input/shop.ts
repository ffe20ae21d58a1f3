import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type CliOptions, type CliResult, runCli } from '../../support/cli.ts';
import { rowsOf, schemaOf } from '../../support/tables.ts';

/** How a command line is refused: the exit code, the case's name, and what the two lines say. */
export interface Refusal {
  exitCode: number;
  code: string;
  message: RegExp;
  hint?: RegExp;
}

/** A shop with one donor, `east.db`, and an empty folder `joiners`, in which bad input must leave everything as it was. */
export class Shop {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-bad-'));
  /** Of every command that runs here. */
  readonly environment: Record<string, string | undefined>;

  constructor(env: Record<string, string> = {}) {
    this.environment = {
      FORESYNC_STATE: undefined,
      FORESYNC_CONFIG: undefined,
      XDG_CACHE_HOME: this.file('cache'),
      ...env,
    };
    mkdirSync(this.file('joiners'));
    this.database(
      'east.db',
      `CREATE TABLE items(k TEXT PRIMARY KEY, v); CREATE TABLE keyless(a); CREATE VIEW seen AS SELECT * FROM items;
       INSERT INTO items VALUES('a', 1), ('b', x'00'), ('c', NULL); INSERT INTO keyless VALUES(1)`,
    );
    this.configure('foresync.yaml');
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, text: string | Buffer): void {
    writeFileSync(this.file(name), text);
  }

  database(name: string, sql: string): void {
    const db = new Database(this.file(name));
    db.exec(sql);
    db.close();
  }

  /** Writes a foresync.yaml; `more` is put over the usual one. */
  configure(name: string, more: Record<string, unknown> = {}): void {
    const replicas = { east: { store: 'sqlite:east.db' } };
    this.write(name, JSON.stringify({ group: 'shop', table: 'items', lead: 'east', replicas, ...more }));
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return runCli(args, { cwd: this.folder, ...options, env: { ...this.environment, ...options.env } });
  }

  /**
   * Runs the command line as it is and under --json; both refuse it alike, and donor and joiners stay as they were. The two
   * run side by side, but for two runs of one joiner, which would be in each other's way.
   */
  async refuses(args: readonly string[], refusal: Refusal): Promise<void> {
    const before = this.#untouched();
    const plain = this.run(args);
    if (args[0] === 'add-replica') await plain;
    const json = this.run([...args, '--json']);
    assertRefused(await plain, refusal);
    assertRefusedAsJson(await json, refusal);
    assert.deepEqual(this.#untouched(), before);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #untouched(): unknown {
    return {
      files: readdirSync(this.folder).filter((name) => !/^(foresync[-\w]*\.db.*|cache)$/.test(name)),
      joiners: readdirSync(this.file('joiners')),
      schema: schemaOf(this.file('east.db')),
      rows: rowsOf(this.file('east.db'), 'items'),
    };
  }
}

const steering = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Nothing that steers a terminal is in a text: no control character but the line's end, no change of direction. */
export function assertPrintable(text: string): void {
  const found = steering.exec(text);
  assert.ok(
    !found,
    `raw at ${found?.index}: ${JSON.stringify(text.slice((found?.index ?? 0) - 40).slice(0, 80))}`,
  );
}

/** What a run says while it goes on, and in what state it ended. */
const runLine =
  /^\[\d\d:\d\d:\d\d\] |^Failed in phase |^[\d,]+ rows? .* had arrived |^This run has not brought /;

/** At most a run's lines, then one line that says what is wrong, then one that says what to do. */
export function assertRefused(result: CliResult, { exitCode, message, hint }: Refusal): void {
  const { stdout, stderr } = result;
  assert.equal(result.exitCode, exitCode, stderr);
  assert.equal(stdout, '');
  assertPrintable(stderr);
  const lines = stderr.trimEnd().split('\n');
  const [said = '', advice = ''] = lines.slice(-2);
  assert.match(said, /^✗ /, stderr);
  assert.match(said, message);
  assert.match(advice, /^ {2}→ ./);
  if (hint) assert.match(advice, hint);
  for (const line of lines.slice(0, -2)) assert.match(line, runLine);
}

function assertRefusedAsJson(result: CliResult, { exitCode, code, message, hint }: Refusal): void {
  assert.equal(result.exitCode, exitCode, result.stdout);
  assertPrintable(result.stdout);
  const { error, ...rest } = JSON.parse(result.stdout);
  assert.deepEqual(rest, {});
  assert.deepEqual([error.code, error.exitCode], [code, exitCode]);
  assert.match(`✗ ${error.message}`, message);
  assert.doesNotMatch(error.message, /\n/);
  if (hint) assert.match(error.hint, hint);
  assertPrintable(result.stderr);
  if (result.stderr !== '')
    for (const line of result.stderr.trimEnd().split('\n'))
      assert.match(line, /^\[\d\d:\d\d:\d\d\] warning: /);
}
