import { once } from 'node:events';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { type ProbedHost, parseProbe } from './agent-host.ts';
import type { AgentProcess } from './agent-process.ts';
import { answerPrefix, bootstrapScript } from './bootstrap.ts';
import { type Cargo, sha256Of, withPacked } from './cargo.ts';
import { agreeOnVersion, isAgentMagic, readLine, speakPrefix } from './handshake.ts';
import { noSshAnswer } from './ssh-command.ts';
import { connectFailure, sshMissing } from './ssh-failure.ts';

/** What runs at a host: `node` is undefined for the host's own. */
export interface Load {
  node: Cargo | undefined;
  agent: Cargo;
  addon: Cargo;
}

/** The client's side of the bootstrap script. Every request waits for its answer before the next byte is sent. */
export class RemoteShell {
  readonly #process: AgentProcess;
  readonly #host: string;
  readonly #signal: AbortSignal;
  readonly #onMove: () => void;
  #reached = false;

  /** `onMove` is told of every piece that arrives or leaves. */
  constructor(process: AgentProcess, options: { host: string; signal: AbortSignal; onMove: () => void }) {
    this.#process = process;
    this.#host = options.host;
    this.#signal = options.signal;
    this.#onMove = options.onMove;
  }

  /**
   * What the host is, or `locked` where a forced command starts an agent in place of the script: it is ready then, and
   * nothing is brought there.
   */
  async probe(sshProgram: string): Promise<ProbedHost | 'locked'> {
    const answer = await this.#ask([bootstrapScript]);
    if (isAgentMagic(answer)) {
      const version = agreeOnVersion(answer, this.#host);
      // A line of its own, whatever the script ends with. A failed write is told by the first request.
      this.#send([Buffer.from(`\n${speakPrefix}${version}\n`)]).catch(() => undefined);
      return 'locked';
    }
    if (answer === noSshAnswer) throw sshMissing(sshProgram);
    this.#reached = true;
    if (answer !== 'no-folder') return parseProbe(answer);
    throw new ForesyncError(
      'permission',
      'no-cache-folder',
      `${this.#host} has no folder where our programs may be stored and run.`,
      {
        hint: 'Set XDG_CACHE_HOME there to a folder of the login that is not mounted noexec.',
      },
    );
  }

  /** Becomes the agent, started with `option`, a word of ours; returns the names that must be put there first, or undefined once the agent has answered. */
  async run(load: Load, option = ''): Promise<string[] | undefined> {
    const names = [load.node?.name ?? '--', load.agent.name, load.addon.name];
    const answer = await this.#ask([Buffer.from(`run ${names.join(' ')} ${option}\n`)]);
    if (isAgentMagic(answer)) {
      agreeOnVersion(answer, this.#host);
      return undefined;
    }
    const [word, ...missing] = answer.split(' ');
    if (word === 'missing' && missing.length > 0) return missing;
    throw this.#unexpected(answer);
  }

  async put(cargo: Cargo): Promise<void> {
    const sha256 = await sha256Of(cargo);
    const answer = await withPacked(cargo, (packed) => {
      const sizeBytes = packed.reduce((sum, part) => sum + part.length, 0);
      return this.#ask([Buffer.from(`put ${cargo.name} ${sizeBytes} ${sha256}\n`), ...packed]);
    });
    if (answer === `ok ${cargo.name}`) return;
    if (answer !== `bad ${cargo.name}`) throw this.#unexpected(answer);
    const said = printable(this.#process.stderrTail().trim().split('\n').at(-1) ?? '');
    throw new ForesyncError(
      'io',
      'upload-failed',
      `${this.#host} could not store ${cargo.name}${said ? `: ${said}` : ''}.`,
    );
  }

  async #ask(request: Buffer[]): Promise<string> {
    // A failed write is the death of the process, which the answer tells better.
    this.#send(request).catch(() => undefined);
    const isAnswer = (line: string) => line.startsWith(answerPrefix) || isAgentMagic(line);
    const line = await readLine(this.#process.output, isAnswer, this.#signal, this.#onMove);
    if (line === undefined) throw connectFailure(this.#host, await this.#process.exited, this.#reached);
    return line.startsWith(answerPrefix) ? line.slice(answerPrefix.length) : line;
  }

  async #send(parts: Buffer[]): Promise<void> {
    for (const part of parts) {
      if (!this.#process.input.write(part))
        await once(this.#process.input, 'drain', { signal: this.#signal });
      // Before, a person may be asked for a password.
      if (this.#reached) this.#onMove();
    }
  }

  #unexpected(answer: string): ForesyncError {
    return new ForesyncError(
      'protocol',
      'answer-unexpected',
      `${this.#host} answered '${printable(answer)}', which makes no sense here.`,
    );
  }
}
