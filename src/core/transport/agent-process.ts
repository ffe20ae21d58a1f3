import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process ended. A process that could not even be started has neither code nor signal. */
export interface ProcessEnd {
  code: number | undefined;
  signal: string | undefined;
  /** The last 8 KiB of its standard error, or why it could not be started. Text from outside: `printable()` before a terminal. */
  stderrTail: string;
}

/** A started program, as far as the transport needs it. */
export interface SpawnedProcess {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Never rejects. `error` says why it could not be started. May resolve before the streams have ended. */
  ended: Promise<{ code: number | undefined; signal: string | undefined; error?: string }>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** The same for it and all that it has started; only where it has a session of its own, and has not ended. */
  killSession(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts a program without a shell. `ownSession` takes it off the terminal, so that ctrl-C does not reach it. */
export type Spawn = (
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; ownSession: boolean },
) => SpawnedProcess;

/** The default of `Spawn`. execa is a hundred modules: a command that starts nothing need not wait for them. */
export async function defaultSpawn(): Promise<Spawn> {
  return (await import('./spawn-with-execa.ts')).spawnWithExeca;
}

const stderrTailBytes = 8 << 10;
const graceMs = 5_000;

/** A running agent, or the ssh that leads to it, with its end and the last of its errors. */
export class AgentProcess {
  readonly input: Writable;
  readonly output: Readable;
  /** Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  readonly #process: SpawnedProcess;
  #stderrTail = '';
  #hasExited = false;

  constructor(process: SpawnedProcess) {
    this.#process = process;
    this.input = process.stdin;
    this.output = process.stdout;
    // Without a listener, EPIPE after the peer's death would end foresync; `exited` tells of it.
    process.stdin.on('error', () => undefined);
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
    process.stderr.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString('latin1')).slice(-stderrTailBytes);
    });
    this.exited = this.#end();
  }

  /** The last 8 KiB of standard error so far. */
  stderrTail(): string {
    return Buffer.from(this.#stderrTail, 'latin1').toString('utf8');
  }

  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
    if (!this.#hasExited) this.#process.kill(signal);
  }

  /**
   * Ends the agent's input, upon which it is to finish, and waits; one that does not within five seconds is killed.
   * What it still writes is thrown away. May be called again, and after its death.
   */
  async close(): Promise<void> {
    this.input.end();
    if (!this.output.destroyed && this.output.listenerCount('readable') === 0) this.output.resume();
    if (!(await this.#exitsWithin(graceMs))) {
      this.#process.kill('SIGTERM');
      if (!(await this.#exitsWithin(graceMs))) this.#process.kill('SIGKILL');
    }
    await this.exited;
    for (const stream of [this.input, this.output, this.#process.stderr]) stream.destroy();
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    const waiting = new AbortController();
    const tooLate = delay(ms, false, { signal: waiting.signal }).catch(() => false);
    const inTime = await Promise.race([this.exited.then(() => true), tooLate]);
    waiting.abort();
    return inTime;
  }

  async #end(): Promise<ProcessEnd> {
    const { stderr, ended } = this.#process;
    const stderrEnd = stderr.destroyed ? undefined : once(stderr, 'close').catch(() => undefined);
    const { code, signal, error } = await ended;
    this.#hasExited = true;
    // A helper of ssh's (ProxyCommand) may hold standard error open for longer than anyone wants to wait.
    const waiting = new AbortController();
    await Promise.race([stderrEnd, delay(500, undefined, { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
    return { code, signal, stderrTail: this.stderrTail() || (error ?? '') };
  }
}
