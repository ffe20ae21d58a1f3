import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type CliOptions, type CliResult, runJs } from './cli.ts';

/** A command that runs while the test watches what it says on standard error, and sends it signals and input. */
export class RunningCli {
  readonly ended: Promise<CliResult>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  /**
   * With `hasInput` standard input stays open for `write`. With `terminal` it runs at one of its own, where all that it says is
   * standard output's (script(1) of util-linux makes it).
   */
  constructor(
    args: readonly string[],
    {
      cwd,
      env,
      timeoutMs = 60_000,
      hasInput = false,
      terminal = false,
    }: Omit<CliOptions, 'input'> & { hasInput?: boolean; terminal?: boolean } = {},
  ) {
    const [program, given] = terminal
      ? ['script', ['-qefc', [runJs, ...args].map(quoted).join(' '), '/dev/null']]
      : [runJs, args];
    this.#child = spawn(program, given, {
      cwd,
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
      stdio: [hasInput || terminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#child.emit('said');
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#child.emit('said');
    });
    this.ended = once(this.#child, 'close').then(([exitCode, signal]) => ({
      exitCode: exitCode as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Resolves when it has said so on standard error; rejects where it ends before. */
  says(pattern: RegExp): Promise<void> {
    return this.#shows(pattern, () => this.#stderr);
  }

  /** The same of standard output. */
  prints(pattern: RegExp): Promise<void> {
    return this.#shows(pattern, () => this.#stdout);
  }

  async #shows(pattern: RegExp, output: () => string): Promise<void> {
    let over = false;
    const end = this.ended.then(() => {
      over = true;
    });
    while (!pattern.test(output())) {
      if (over) throw new Error(`It ended without saying ${pattern}:\n${this.#stdout}${this.#stderr}`);
      await Promise.race([once(this.#child, 'said'), end]);
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
