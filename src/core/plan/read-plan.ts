import { type FileHandle, open } from 'node:fs/promises';
import { ForesyncError, messageOf, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';
import { invalid, maxLineBytes, parseEntry, parseHeader } from './plan-line.ts';
import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';

export interface PlanFile {
  header: PlanHeader;
  /**
   * Streams the entries, best first; each call reads the file anew. Throws `plan-invalid` at the first line that is
   * broken, and at the end where there are more or fewer entries than the header says: a cut file is noticed.
   */
  entries(): AsyncIterable<PlanEntry>;
}

/** Opens a plan file and checks its header. Throws `data` errors for what it holds, `io` errors for what cannot be read. */
export async function readPlan(file: string): Promise<PlanFile> {
  const lines = linesOf(file);
  const first = await lines.next();
  await lines.return(undefined);
  if (first.done) throw invalid(1, 'the file is empty');
  const header = parseHeader(first.value);
  return { header, entries: () => entriesOf(file, header.entries) };
}

async function* entriesOf(file: string, expected: number): AsyncGenerator<PlanEntry> {
  let line = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (line === 1) continue;
    if (line - 1 > expected) throw invalid(line, `the header says ${expected} entries`);
    yield parseEntry(text, line);
  }
  if (line - 1 < expected)
    throw invalid(line + 1, `the file ends after ${Math.max(0, line - 1)} of ${expected} entries`);
}

const blockBytes = 1 << 18;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The lines of a file as text. Bounded: a line longer than a megabyte is refused before it is held. */
async function* linesOf(file: string): AsyncGenerator<string, undefined> {
  const handle = await openPlan(file);
  try {
    let held: Buffer = Buffer.alloc(0);
    let number = 1;
    for await (const block of blocksOf(handle, file)) {
      held = held.length === 0 ? block : Buffer.concat([held, block]);
      let start = 0;
      for (let end = held.indexOf(0x0a); end >= 0; end = held.indexOf(0x0a, start)) {
        yield decode(held.subarray(start, end), number++);
        start = end + 1;
      }
      held = held.subarray(start);
      if (held.length > maxLineBytes) throw tooLong(number);
    }
    if (held.length > 0) yield decode(held, number);
  } finally {
    await handle.close();
  }
}

async function* blocksOf(handle: FileHandle, file: string): AsyncGenerator<Buffer> {
  for (;;) {
    const block = Buffer.allocUnsafe(blockBytes);
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(block, 0, blockBytes));
    } catch (error) {
      throw unreadable(file, error);
    }
    if (bytesRead === 0) return;
    yield block.subarray(0, bytesRead);
  }
}

function decode(line: Buffer, number: number): string {
  if (line.length > maxLineBytes) throw tooLong(number);
  try {
    return decoder.decode(line);
  } catch (cause) {
    throw invalid(number, 'it is not UTF-8', cause);
  }
}

function tooLong(line: number): ForesyncError {
  return invalid(line, `it is longer than ${maxLineBytes} bytes`);
}

async function openPlan(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): ForesyncError {
  const missing = systemCodeOf(error) === 'ENOENT';
  const message = missing
    ? `There is no plan ${printable(file)}.`
    : `The plan cannot be read: ${messageOf(error)}`;
  return new ForesyncError('io', missing ? 'plan-missing' : 'plan-unreadable', message, {
    hint: missing
      ? 'Make one with foresync plan, or name another file with --plan.'
      : 'Check the path and its permissions.',
    cause: error,
  });
}
