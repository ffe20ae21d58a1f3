import { open as openDescriptor } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { ForesyncError, messageOf, refusalOf, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';
import { type Compression, compressionOf, decompress, magicBytes } from './compression.ts';
import type { LogLayout } from './layout.ts';

/** What tells one file from another, and whether it changed. */
export interface FileIdentity {
  device: string;
  inode: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** Makes an open log the next part of a stream that is read piece by piece. */
export interface StreamPiece {
  /** What the stream was seen to be; undefined in its first piece. */
  layout: LogLayout | undefined;
  /** Number of the line that the piece begins with. */
  nextLine: number;
  /** Nothing comes behind it, so that a last record without its end is read. */
  isLast: boolean;
  /** Hears how far the piece was read; `rest` is to begin the next one. */
  onRead(end: { layout: LogLayout | undefined; nextLine: number; rest: Buffer }): void;
}

/** An access log that is open: bytes as they were written, before any compression. */
export interface OpenLog {
  /** Undefined for standard input and pipes, which cannot be known again. */
  identity: FileIdentity | undefined;
  compression: Compression;
  piece?: StreamPiece;
  /** May be asked for once more after the first was left. A chunk is valid until the next is asked for. */
  read(fromByte: number): AsyncIterable<Buffer>;
  /** How many bytes were read so far, before decompression, by all readings together. */
  storedBytes?(): number;
  close(): Promise<void>;
}

const chunkBytes = 1024 * 1024;

/** Opens a file or a named pipe. Throws `io` errors with the path and the reason. The signal ends a wait for bytes. */
export async function openLogFile(path: string, signal?: AbortSignal): Promise<OpenLog> {
  let handle: FileHandle | undefined;
  try {
    if ((await stat(path)).isFIFO()) return await openPipe(path, signal);
    handle = await open(path, 'r');
    const found = await handle.stat({ bigint: true });
    if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    if (!found.isFile())
      return await openStream(handle.createReadStream({ highWaterMark: chunkBytes }), signal);
    return await openRegular(path, handle, {
      device: String(found.dev),
      inode: String(found.ino),
      sizeBytes: Number(found.size),
      modifiedMs: Number(found.mtimeMs),
    });
  } catch (error) {
    await handle?.close();
    throw logError(path, error);
  }
}

/** As a socket, whose wait for bytes can be ended, while a file's read blocks a thread until the writer writes. */
async function openPipe(path: string, signal: AbortSignal | undefined): Promise<OpenLog> {
  const fd = await promisify(openDescriptor)(path, 'r');
  return openStream(new Socket({ fd, readable: true, writable: false }), signal);
}

async function openRegular(path: string, handle: FileHandle, identity: FileIdentity): Promise<OpenLog> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
  const compression = compressionOf(buffer.subarray(0, bytesRead), path);
  let storedBytes = 0;
  const count = (bytes: number) => {
    storedBytes += bytes;
  };
  return {
    identity,
    compression,
    read: (fromByte) =>
      compression === 'none'
        ? readThrough(handle, fromByte, count)
        : skipBytes(decompress(readAhead(handle, count), compression), fromByte),
    storedBytes: () => storedBytes,
    close: () => handle.close(),
  };
}

/** Into the same memory again and again: new memory for each chunk would cost more than reading does. */
async function* readThrough(
  handle: FileHandle,
  fromByte: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  for (let at = fromByte; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    onBytes(bytesRead);
    yield chunk.subarray(0, bytesRead);
  }
}

/** For a decoder, which keeps chunks until it comes to them. */
async function* readAhead(handle: FileHandle, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  const stream = handle.createReadStream({ start: 0, highWaterMark: chunkBytes, autoClose: false });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** A stream that is read once: standard input, or a pipe. */
export async function openStream(stream: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<OpenLog> {
  if (signal && stream instanceof Readable) addAbortSignal(signal, stream);
  const chunks = stream[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < magicBytes) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(first);
  const compression = compressionOf(head);
  return {
    identity: undefined,
    compression,
    read: () => decompress(withHead(head, chunks), compression),
    close: async () => {
      await chunks.return?.();
    },
  };
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

export async function* skipBytes(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield left > 0 ? chunk.subarray(left) : chunk;
    left = Math.max(0, left - chunk.length);
  }
}

/** Puts what went wrong with a log into words. Errors that foresync threw, and interruptions, stay as they are. */
export function logError(path: string, error: unknown): unknown {
  if (error instanceof ForesyncError) {
    return new ForesyncError(error.kind, error.code, error.message.replace(/^The log/, printable(path)), {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
  const code = systemCodeOf(error) ?? '';
  const name = printable(path);
  if (code === 'Z_BUF_ERROR') {
    return new ForesyncError(
      'data',
      'log-truncated',
      `${name} ends in the middle of its compressed data; nothing of it was kept.`,
      {
        hint: 'Fetch it again. To take what is there: zcat FILE | foresync analyze -',
        cause: error,
      },
    );
  }
  if (/^(Z_|ZSTD_|ERR__ERROR_|ERR_BROTLI)/.test(code)) {
    return new ForesyncError(
      'data',
      'log-damaged',
      `${name} cannot be decompressed: ${messageOf(error)}; nothing of it was kept.`,
      { hint: 'Fetch it again.', cause: error },
    );
  }
  if (code === 'ENOENT') return noSuchLog(path, error);
  if (code === 'EISDIR')
    return new ForesyncError('io', 'log-unreadable', `${name} is a folder.`, {
      hint: 'Name the files in it.',
      cause: error,
    });
  if (/^E[A-Z]+$/.test(code))
    return new ForesyncError('io', 'log-unreadable', `${name} cannot be read: ${refusalOf(error)}.`, {
      hint: 'Check that it is a file, its permissions, and the disk that it is on.',
      cause: error,
    });
  return error;
}

export function noSuchLog(path: string, cause?: unknown): ForesyncError {
  const hint = 'Check the path of the log.';
  return new ForesyncError('io', 'log-missing', `There is no ${printable(path)}.`, { hint, cause });
}
