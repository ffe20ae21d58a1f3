import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatDuration } from '../src/ui/format.ts';
import { paint, print } from './printing.ts';

const runJs = fileURLToPath(new URL('../bin/run.js', import.meta.url));

/** A command of the demo's that failed; it has said why itself. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(command: string, exitCode: number) {
    super(`\`${command}\` ended with exit code ${exitCode}.`);
    this.exitCode = exitCode;
  }
}

/** Where the demo happens: it says what comes, and runs foresync as a person would, in a folder. */
export class Stage {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #act = 0;

  /** Running commands are waited for, not killed, when `signal` trips: on a terminal they get its ctrl-C themselves. */
  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  say(...lines: string[]): void {
    for (const line of lines) print(line);
  }

  act(title: string, ...why: string[]): void {
    this.#act += 1;
    print('', paint(['bold', 'cyan'], `${this.#act}  ${title}`));
    for (const line of why) print(line);
  }

  /** Tells a fact, and how long it took to come by it. */
  done(what: string, sinceMs?: number): void {
    if (sinceMs === undefined) return print(`   ${what}`);
    print(`   ${what.padEnd(62)} ${paint('dim', formatDuration(performance.now() - sinceMs).padStart(8))}`);
  }

  /** Shows the command as one types it, then runs it on this terminal. */
  async run(...args: string[]): Promise<void> {
    const command = `foresync ${args.join(' ')}`;
    print('', `${paint('dim', '$')} ${paint('bold', command)}`);
    await this.#finish(command, this.#start(args, ['ignore', 'inherit', 'inherit']));
  }

  /** Runs a command behind the stage, with --json. */
  async ask<T>(...args: string[]): Promise<T> {
    const child = this.#start([...args, '--json'], ['ignore', 'pipe', 'inherit']);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await this.#finish(`foresync ${args.join(' ')}`, child);
    return JSON.parse(output) as T;
  }

  #start(args: string[], stdio: ('ignore' | 'inherit' | 'pipe')[]): ChildProcess {
    this.#signal.throwIfAborted();
    // The demo's own: whatever the person has set up for real work stays out of it, caches too.
    const { FORESYNC_STATE: _state, FORESYNC_CONFIG: _config, ...env } = process.env;
    return spawn(runJs, args, {
      cwd: this.#folder,
      stdio,
      env: { ...env, XDG_CACHE_HOME: path.join(this.#folder, 'cache') },
    });
  }

  async #finish(command: string, child: ChildProcess): Promise<void> {
    const pass = () => {
      const { name } = this.#signal.reason as { name: NodeJS.Signals };
      // A terminal sends ctrl-C to the child as well, and two of them would end it before it has tidied up.
      const fromTerminal = name === 'SIGINT' && (process.stdin.isTTY || process.stdout.isTTY);
      if (!fromTerminal) child.kill(name);
    };
    this.#signal.addEventListener('abort', pass);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    this.#signal.removeEventListener('abort', pass);
    this.#signal.throwIfAborted();
    if (exitCode !== 0) throw new CommandFailed(command, exitCode ?? 70);
  }
}
