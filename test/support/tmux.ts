import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** Undefined where tmux is here, else why a test that needs it is skipped. */
export function withoutTmux(): string | undefined {
  return spawnSync('tmux', ['-V']).status === 0 ? undefined : 'there is no tmux here';
}

const lookEveryMs = 50;
/** Twenty seconds at least, on a machine that is busy too. */
const mostLooks = 400;

/** A real terminal of a size, with a shell command in it. It ends with the test. */
export class TmuxTerminal {
  readonly #socket = `foresync-${randomUUID()}`;

  constructor(
    t: TestContext,
    command: string,
    { columns, rows, cwd }: { columns: number; rows: number; cwd: string },
  ) {
    // The server outlives the command, so that its last screen can be looked at.
    const size = ['-x', String(columns), '-y', String(rows), '-c', cwd];
    this.#tmux([
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      `${command}; echo "ended with $?"; exec cat`,
    ]);
    t.after(() => this.#tmux(['kill-server']));
  }

  /** Types keys as tmux names them (`Down`, `C-c`), or text as it is. */
  type(...keys: string[]): void {
    this.#tmux(['send-keys', '--', ...keys]);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** What a reader sees now, a line a row. */
  screen(): string[] {
    return this.#tmux(['capture-pane', '-p']).replace(/\n$/, '').split('\n');
  }

  /** The lines as they were written: without the breaks of those that are wider than the terminal. */
  written(): string[] {
    return this.#tmux(['capture-pane', '-p', '-J'])
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** The same with all that has scrolled away above. */
  everything(): string {
    return this.#tmux(['capture-pane', '-p', '-S', '-']);
  }

  /** The screen as soon as it shows all of these. Rejects with what it shows instead where that does not come. */
  async shows(...patterns: RegExp[]): Promise<string[]> {
    for (let looks = 0; ; looks++) {
      const screen = this.screen();
      const missing = patterns.find((pattern) => !pattern.test(screen.join('\n')));
      if (!missing) return screen;
      if (looks > mostLooks) throw new Error(`${missing} is not on the screen:\n${screen.join('\n')}`);
      await sleep(lookEveryMs);
    }
  }

  #tmux(args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}
