import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Spawn } from './agent-process.ts';

/** How a shell line ended: with an exit code, by a signal, or not even started. */
export interface ShellEnd {
  exitCode: number | undefined;
  signal: string | undefined;
  /** Why it could not be started. */
  error: string | undefined;
}

const maxLineLength = 400;
const graceMs = 5_000;
/** What it has left running in the background may hold its output open for longer than anyone wants to wait. */
const outputGraceMs = 500;

/**
 * Runs a line of the operator's by `sh -c`, in a session of its own. `onLine` hears the lines of its output, cut at 400
 * characters: text from outside. Where the signal trips, it is asked to end with all that it has started, and killed where it has
 * not after five seconds. Never rejects for what the line does. May be repeated.
 */
export async function runShellLine(
  line: string,
  options: { env: NodeJS.ProcessEnv; spawn: Spawn; signal: AbortSignal; onLine(text: string): void },
): Promise<ShellEnd> {
  const { env, spawn, signal, onLine } = options;
  const shell = spawn('sh', ['-c', line], { env, ownSession: true });
  shell.stdin.on('error', () => undefined);
  shell.stdin.end();
  const outputs = Promise.all([shell.stdout, shell.stderr].map((stream) => tellLines(stream, onLine)));
  const waiting = new AbortController();
  const pause = (ms: number) => delay(ms, undefined, { signal: waiting.signal }).catch(() => undefined);
  const stop = () => {
    shell.killSession('SIGTERM');
    void pause(graceMs).then(() => {
      if (!waiting.signal.aborted) shell.killSession('SIGKILL');
    });
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const end = await shell.ended;
    await Promise.race([outputs, pause(outputGraceMs)]);
    return { exitCode: end.code, signal: end.signal, error: end.error };
  } finally {
    signal.removeEventListener('abort', stop);
    // The shell may have ended at once, and what it had started not.
    if (signal.aborted) shell.killSession('SIGKILL');
    waiting.abort();
    for (const stream of [shell.stdout, shell.stderr]) stream.destroy();
  }
}

/** Resolves at the end of the stream. What a line has past its bound is read, and thrown away. */
async function tellLines(stream: Readable, onLine: (text: string) => void): Promise<void> {
  let held = '';
  const tell = () => {
    if (held !== '') onLine(held);
    held = '';
  };
  stream.on('error', () => undefined);
  stream.setEncoding('utf8').on('data', (text: string) => {
    const [rest = '', ...lines] = text.split('\n');
    held = (held + rest).slice(0, maxLineLength);
    for (const line of lines) {
      tell();
      held = line.slice(0, maxLineLength);
    }
  });
  await once(stream, 'close').catch(() => undefined);
  tell();
}
