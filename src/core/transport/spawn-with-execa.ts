import { execa } from 'execa';
import { systemCodeOf } from '../errors.ts';
import type { Spawn } from './agent-process.ts';

/** Starts programs with execa. */
export const spawnWithExeca: Spawn = (program, args, { env, ownSession }) => {
  const started = execa(program, args, {
    env,
    extendEnv: false,
    detached: ownSession,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    forceKillAfterDelay: false,
  });
  const exit = new Promise<{ code: number | undefined; signal: string | undefined }>((resolve) => {
    started.nodeChildProcess.once('exit', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
  const failure = started.then(({ exitCode, signal, shortMessage }) => ({
    code: exitCode,
    signal,
    ...(shortMessage && { error: shortMessage }),
  }));
  return {
    stdin: started.stdin,
    stdout: started.stdout,
    stderr: started.stderr,
    // execa waits for the streams, which nobody may be reading; it alone knows of a program that did not start.
    ended: Promise.race([exit, failure]),
    kill: (signal) => void started.kill(signal),
    killSession: (signal) => {
      const { pid } = started;
      if (!ownSession || pid === undefined) return;
      // Also where its leader has ended: no other process is given the number of a group that is not empty.
      try {
        process.kill(-pid, signal);
      } catch (error) {
        if (systemCodeOf(error) !== 'ESRCH') throw error;
      }
    },
  };
};
