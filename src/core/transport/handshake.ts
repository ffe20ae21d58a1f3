import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ForesyncError } from '../errors.ts';

/** The first line of an agent; its frames follow at once. */
export const agentMagic = 'foresync-agent 3';

const maxNoiseBytes = 64 << 10;
const newline = 0x0a;

/**
 * Reads lines up to the first that `wanted` accepts and returns it, without its newline. What follows it stays in the
 * stream. Lines before it are noise of the login and are skipped, up to 64 KiB; then throws `protocol`, `no-handshake`.
 * Returns undefined where the stream ends first.
 */
export async function readLine(
  input: Readable,
  wanted: (line: string) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  let held: Buffer = Buffer.alloc(0);
  let noiseBytes = 0;
  for await (const chunk of arrivals(input, signal)) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let end = held.indexOf(newline); end >= 0; end = held.indexOf(newline)) {
      const line = held.toString('utf8', 0, end);
      held = held.subarray(end + 1);
      if (wanted(line)) {
        if (held.length > 0) input.unshift(held);
        return line;
      }
      noiseBytes += end + 1;
      if (noiseBytes > maxNoiseBytes) break;
    }
    if (noiseBytes + held.length > maxNoiseBytes) {
      throw new ForesyncError(
        'protocol',
        'no-handshake',
        'The host sends something else than an agent: 64 KiB came without its first line.',
        {
          hint: 'Look for a shell profile on the host that prints without end.',
        },
      );
    }
  }
  return undefined;
}

/** Chunks as they come, without taking the stream over: leaving the loop leaves it as it is. */
async function* arrivals(input: Readable, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    signal.throwIfAborted();
    const chunk: Buffer | null = input.read();
    if (chunk) yield chunk;
    else if (input.readableEnded || input.destroyed) return;
    else await moreOrEnd(input, signal);
  }
}

async function moreOrEnd(input: Readable, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const options = { signal: AbortSignal.any([signal, waiting.signal]) };
  const events = ['readable', 'end', 'close'].map((event) => once(input, event, options));
  try {
    await Promise.race(events);
  } catch (error) {
    signal.throwIfAborted();
    if (!input.destroyed) throw error;
  } finally {
    waiting.abort();
    await Promise.allSettled(events);
  }
}
