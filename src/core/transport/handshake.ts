import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { ForesyncError } from '../errors.ts';

/** Versions of the agent protocol (agent/protocol.ts) that this foresync speaks, both as an agent and to one. */
export const protocolVersions: VersionRange = { least: 8, greatest: 8 };

/** The first line of an agent, which tells the versions that it speaks; its frames follow at once. */
export const agentMagic = `foresync-agent ${rangeText(protocolVersions)}`;

/**
 * What a client says to an agent that was there before it had sent anything, as behind a forced command: which version is
 * spoken, and that what came before was not meant for an agent.
 */
export const speakPrefix = '@foresync speak ';

export interface VersionRange {
  least: number;
  greatest: number;
}

const maxNoiseBytes = 64 << 10;
const newline = 0x0a;

/** Whether a line is the first one of an agent, of whatever version. */
export function isAgentMagic(line: string): boolean {
  return versionsOf(line) !== undefined;
}

/** The greatest version that the agent behind a first line speaks and we do. Throws `protocol`, `version-mismatch`. */
export function agreeOnVersion(line: string, host: string): number {
  const theirs = versionsOf(line) ?? { least: 0, greatest: 0 };
  const version = Math.min(theirs.greatest, protocolVersions.greatest);
  if (version >= Math.max(theirs.least, protocolVersions.least)) return version;
  const isOlder = theirs.greatest < protocolVersions.least;
  throw new ForesyncError(
    'protocol',
    'version-mismatch',
    `The agent at ${host} speaks version ${rangeText(theirs)} of the protocol, this foresync ${rangeText(protocolVersions)}.`,
    {
      hint: `Update foresync ${isOlder ? `at ${host}` : 'on this machine'}: the agent there is the one installed there.`,
    },
  );
}

function versionsOf(line: string): VersionRange | undefined {
  const found = /^foresync-agent (\d{1,9})(?:-(\d{1,9}))?$/.exec(line);
  return found ? { least: Number(found[1]), greatest: Number(found[2] ?? found[1]) } : undefined;
}

function rangeText({ least, greatest }: VersionRange): string {
  return least === greatest ? `${least}` : `${least}-${greatest}`;
}

/**
 * Reads lines up to the first that `wanted` accepts and returns it, without its newline. What follows it stays in the
 * stream. Lines before it are noise of the login and are skipped, up to 64 KiB; then throws `protocol`, `no-handshake`.
 * Returns undefined where the stream ends first. `onMove` is told of every piece that arrives.
 */
export async function readLine(
  input: Readable,
  wanted: (line: string) => boolean,
  signal: AbortSignal,
  onMove: () => void = () => undefined,
): Promise<string | undefined> {
  let held: Buffer = Buffer.alloc(0);
  let noiseBytes = 0;
  for await (const chunk of arrivals(input, signal)) {
    onMove();
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
