import { type FileHandle, open } from 'node:fs/promises';
import { ForesyncError, refusalOf, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';
import { invalid, maxLineBytes } from './plan-line.ts';

/** A line of a plan file, without its end. */
export interface PlanLine {
  text: string;
  /** Where its bytes are in the file, and how many. */
  offset: number;
  bytes: number;
}

const blockBytes = 1 << 18;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Opens a plan file to read. Throws `plan-missing` and `plan-unreadable` (kind `io`). The caller closes it. */
export async function openPlan(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/**
 * The lines of an open plan file, from its beginning, whatever was read of it before. Bounded: a line longer than a megabyte is
 * refused before it is held. Throws `plan-invalid` (kind `data`) and `plan-unreadable` (kind `io`).
 */
export async function* linesOf(handle: FileHandle, file: string): AsyncGenerator<PlanLine, undefined> {
  let held: Buffer = Buffer.alloc(0);
  let heldFrom = 0;
  let number = 1;
  for await (const block of blocksOf(handle, file)) {
    held = held.length === 0 ? block : Buffer.concat([held, block]);
    let start = 0;
    for (let end = held.indexOf(0x0a); end >= 0; end = held.indexOf(0x0a, start)) {
      yield lineOf(held.subarray(start, end), heldFrom + start, number++);
      start = end + 1;
    }
    held = held.subarray(start);
    heldFrom += start;
    if (held.length > maxLineBytes) throw tooLong(number);
  }
  if (held.length > 0) yield lineOf(held, heldFrom, number);
}

async function* blocksOf(handle: FileHandle, file: string): AsyncGenerator<Buffer> {
  let position = 0;
  for (;;) {
    const block = Buffer.allocUnsafe(blockBytes);
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(block, 0, blockBytes, position));
    } catch (error) {
      throw unreadable(file, error);
    }
    if (bytesRead === 0) return;
    position += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}

function lineOf(bytes: Buffer, offset: number, number: number): PlanLine {
  if (bytes.length > maxLineBytes) throw tooLong(number);
  try {
    return { text: decoder.decode(bytes), offset, bytes: bytes.length };
  } catch (cause) {
    throw invalid(number, 'it is not UTF-8', cause);
  }
}

function tooLong(line: number): ForesyncError {
  return invalid(line, `it is longer than ${maxLineBytes} bytes`);
}

export function unreadable(file: string, error: unknown): ForesyncError {
  const missing = systemCodeOf(error) === 'ENOENT';
  const message = missing
    ? `There is no plan ${printable(file)}.`
    : `${printable(file)} cannot be read: ${refusalOf(error)}.`;
  return new ForesyncError('io', missing ? 'plan-missing' : 'plan-unreadable', message, {
    hint: missing
      ? "Make one with 'foresync plan', or name another file."
      : 'Check the path and its permissions.',
    cause: error,
  });
}
