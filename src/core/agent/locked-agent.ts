import type { Readable, Writable } from 'node:stream';
import { ForesyncError } from '../errors.ts';
import { agentMagic, protocolVersions, readLine, speakPrefix } from '../transport/handshake.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Lock } from './lock.ts';
import { loneAfterMs } from './lone-watch.ts';
import { serve } from './serve.ts';

/**
 * An agent that a forced command starts in place of what ssh asked for. The client does not know that yet, so what comes
 * before its word to an agent was meant for a shell, and is thrown away. Resolves when the input ends.
 */
export async function serveLocked(
  input: Readable,
  output: Writable,
  lock: Lock,
  heartbeat?: Heartbeat,
): Promise<void> {
  output.write(`${agentMagic}\n`);
  const isWord = (line: string) => line.startsWith(speakPrefix);
  const word = await readLine(input, isWord, AbortSignal.timeout(loneAfterMs));
  if (word === undefined) return;
  const version = Number(word.slice(speakPrefix.length));
  if (!(version >= protocolVersions.least && version <= protocolVersions.greatest))
    throw new ForesyncError('protocol', 'version-mismatch', 'The peer chose a version that was not offered.');
  await serve(input, output, { lock, heartbeat });
}
