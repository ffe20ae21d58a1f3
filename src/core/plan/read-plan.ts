import type { FileHandle } from 'node:fs/promises';
import { invalid, parseEntry, parseHeader } from './plan-line.ts';
import { linesOf, openPlan, type PlanLine } from './plan-lines.ts';
import type { PlanEntry, PlanHeader } from './prefetch-plan.ts';

export interface PlanFile {
  header: PlanHeader;
  /**
   * Streams the entries, best first; each call reads the file anew. Throws `plan-invalid` at the first line that is
   * broken, and at the end where there are more or fewer entries than the header says: a cut file is noticed.
   */
  entries(): AsyncIterable<PlanEntry>;
}

/** An entry, and the line of the file that it stands on. */
export interface PlacedEntry {
  entry: PlanEntry;
  line: PlanLine;
}

/** Opens a plan file and checks its header. Throws `data` errors for what it holds, `io` errors for what cannot be read. */
export async function readPlan(file: string): Promise<PlanFile> {
  const handle = await openPlan(file);
  try {
    const header = await readHeader(handle, file);
    return { header, entries: () => entriesOf(file, header.entries) };
  } finally {
    await handle.close();
  }
}

/** The header of an open plan file. Throws as `readPlan` does. */
export async function readHeader(handle: FileHandle, file: string): Promise<PlanHeader> {
  const lines = linesOf(handle, file);
  const first = await lines.next();
  await lines.return(undefined);
  if (first.done) throw invalid(1, 'the file is empty');
  return parseHeader(first.value.text);
}

/** The entries of an open plan file with their places in it. Throws as `PlanFile.entries` does. */
export async function* placedEntries(
  handle: FileHandle,
  file: string,
  expected: number,
): AsyncGenerator<PlacedEntry> {
  let number = 0;
  for await (const line of linesOf(handle, file)) {
    number++;
    if (number === 1) continue;
    if (number - 1 > expected) throw invalid(number, `the header says ${expected} entries`);
    yield { entry: parseEntry(line.text, number), line };
  }
  if (number - 1 < expected)
    throw invalid(number + 1, `the file ends after ${Math.max(0, number - 1)} of ${expected} entries`);
}

async function* entriesOf(file: string, expected: number): AsyncGenerator<PlanEntry> {
  const handle = await openPlan(file);
  try {
    for await (const { entry } of placedEntries(handle, file, expected)) yield entry;
  } finally {
    await handle.close();
  }
}
