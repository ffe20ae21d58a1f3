import { brotliDecompressSync, constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { type RemoteScriptOptions, runRemoteScript, scriptWord } from '../transport/remote-script.ts';
import { type Compression, compressionOf, decompress } from './compression.ts';
import { type OpenLog, skipBytes } from './log-file.ts';
import { headBytes } from './read-log.ts';
import { packed, remotePrelude } from './remote-pack.ts';
import type { RemoteFile } from './remote-survey.ts';

/**
 * A log that a survey found, head and all. Its first 64 KiB are here already; each reading of what comes after connects, and asks for what
 * lies behind them or behind the given byte alone. It throws what `runRemoteScript` does, and `io` (`log-moved`) where another
 * file has taken the place since the survey.
 */
export function openRemoteLog(file: RemoteFile, options: RemoteScriptOptions): OpenLog {
  const { head, identity, path } = file;
  const compression = compressionOf(head, path);
  let storedBytes = 0;
  const raw = async function* (fromByte: number) {
    for await (const chunk of rawBytes(file, fromByte, compression, options)) {
      storedBytes += chunk.length;
      yield chunk;
    }
  };
  return {
    identity,
    compression,
    read: (fromByte) => (compression === 'none' ? raw(fromByte) : unpacked(head, compression, raw, fromByte)),
    storedBytes: () => storedBytes,
    // Every connection ends with the reading that made it.
    close: async () => undefined,
  };
}

/** Connects only where the reader wants more than the survey brought. */
async function* unpacked(
  head: Buffer,
  compression: Compression,
  raw: (fromByte: number) => AsyncIterable<Buffer>,
  fromByte: number,
): AsyncGenerator<Buffer> {
  let start = fromByte;
  if (start === 0 && head.length === headBytes) {
    const known = unpackedHead(head, compression);
    if (known.length > 0) yield known;
    start = known.length;
  }
  yield* skipBytes(decompress(raw(0), compression), start);
}

/** What the first bytes of a compressed file hold, as far as that can be told; 64 KiB at most. */
function unpackedHead(head: Buffer, compression: Compression): Buffer {
  const maxOutputLength = 64 << 20;
  try {
    const content =
      compression === 'gzip'
        ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength })
        : compression === 'brotli'
          ? brotliDecompressSync(head, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength })
          : compression === 'zstd'
            ? zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush, maxOutputLength })
            : Buffer.alloc(0);
    return content.subarray(0, headBytes);
  } catch {
    // The whole file will say what is wrong with it.
    return Buffer.alloc(0);
  }
}

async function* rawBytes(
  file: RemoteFile,
  fromByte: number,
  compression: Compression,
  options: RemoteScriptOptions,
): AsyncGenerator<Buffer> {
  const { head, destination, path } = file;
  if (fromByte < head.length) yield head.subarray(fromByte);
  if (head.length < headBytes) return;
  const script = readScript(file, Math.max(fromByte, head.length), compression === 'none' ? 'pack' : 'plain');
  yield* packed(runRemoteScript(destination, script, options), destination, (word) => {
    if (word === 'moved') throw logMoved(remoteName(destination, path));
  });
}

/** Opens the path, and only then looks whether it is still the file that was surveyed. */
function readScript({ path, identity }: RemoteFile, fromByte: number, form: 'pack' | 'plain'): string {
  const device = identity.device.slice(identity.device.lastIndexOf('/') + 1);
  return `${remotePrelude}
read_rest() {
  case $(facts "$path") in
    "${device} ${identity.inode} "*) tail -c +${fromByte + 1} | ${form} ;;
    *) printf 'moved\\n' ;;
  esac
}
at ${scriptWord(path)}
if [ -f "$path" ]; then read_rest < "$path"; else printf 'moved\\n'; fi`;
}

/** As the operator writes it: `user@host:/path`. */
export function remoteName(destination: string, path: string): string {
  return `${destination}:${path}`;
}

function logMoved(name: string): ForesyncError {
  return new ForesyncError(
    'io',
    'log-moved',
    `${printable(name)} was rotated while logs were read; nothing of this run was kept.`,
    { hint: 'Run it again.' },
  );
}
