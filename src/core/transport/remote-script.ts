import { AgentProcess, defaultSpawn, type Spawn } from './agent-process.ts';
import { answerPrefix, scriptCommand } from './bootstrap.ts';
import { isAgentMagic } from './handshake.ts';
import { mayAsk } from './may-ask.ts';
import { noSshAnswer, sshCommand } from './ssh-command.ts';
import { lockedToAgent, scriptFailure, sshMissing } from './ssh-failure.ts';

export interface RemoteScriptOptions {
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv;
  /** Whether ssh may ask a person; unless said otherwise, as `mayAsk` says. */
  interactive?: boolean;
  spawn?: Spawn;
}

const begin = `${answerPrefix}begin\n`;
/** More noise than that is no login that a script can be run at. */
const maxNoiseBytes = 1 << 20;

/**
 * A word of a script that stands for any text: digits and backslashes alone, so that no shell can read it otherwise. `printf %b` turns
 * it back.
 */
export function scriptWord(text: string): string {
  return `'${[...Buffer.from(text)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('')}'`;
}

/**
 * Runs a script of `sh` at a destination, which `parseHost` has checked, and gives what it writes. Leaving early ends it. Throws
 * `unreachable` (`host-unreachable`, `host-key`, `host-no-shell`, `ssh-missing`), `permission` (`ssh-denied`, `host-locked`), and `protocol`
 * (`script-failed`) where the script itself fails: what came before that is not to be kept.
 */
export async function* runRemoteScript(
  destination: string,
  script: string,
  { signal, env = process.env, interactive, spawn }: RemoteScriptOptions,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  const body = Buffer.from(`printf '\\n${begin.trimEnd()}\\n'\n${script}\n`);
  const settings = { env, interactive: interactive ?? mayAsk(env) };
  const { program, args } = sshCommand(destination, settings, scriptCommand(body.length));
  const start = spawn ?? (await defaultSpawn());
  const ssh = new AgentProcess(start(program, args, { env, ownSession: false }));
  const kill = () => ssh.kill();
  signal?.addEventListener('abort', kill);
  let hasBegun = false;
  try {
    ssh.input.end(body);
    let noise: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of ssh.output as AsyncIterable<Buffer>) {
      if (!noise) {
        yield chunk;
        continue;
      }
      noise = Buffer.concat([noise, chunk]);
      const at = noise.indexOf(`\n${begin}`);
      hasBegun = at >= 0;
      if (!hasBegun && noise.length > maxNoiseBytes) ssh.kill();
      if (!hasBegun) continue;
      const rest = noise.subarray(at + 1 + begin.length);
      noise = undefined;
      if (rest.length > 0) yield rest;
    }
    const end = await ssh.exited;
    signal?.throwIfAborted();
    if (noise?.includes(`${answerPrefix}${noSshAnswer}`)) throw sshMissing(env.FORESYNC_SSH ?? 'ssh');
    if (noise?.toString('latin1').split('\n').some(isAgentMagic)) throw lockedToAgent(destination);
    if (!hasBegun || end.code !== 0) throw scriptFailure(destination, end, hasBegun);
  } finally {
    signal?.removeEventListener('abort', kill);
    ssh.kill();
    await ssh.close();
  }
}
