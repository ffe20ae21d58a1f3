import { createReadStream } from 'node:fs';
import { constants, createZstdCompress, zstdDecompressSync } from 'node:zlib';
import { ForesyncError } from '../errors.ts';
import { parseEntry, parseHeader } from './plan-line.ts';
import type { PlanEntry } from './prefetch-plan.ts';
import type { PlanFile } from './read-plan.ts';

/** A plan of a million entries is some 200 MB of text. */
const maxTextBytes = 1024 * 1024 * 1024;

/** A plan file's text as zstd, to be kept with a run. */
export async function packPlan(file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const packed = createReadStream(file).pipe(
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  );
  for await (const piece of packed) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A plan out of what `packPlan` gave. */
export function unpackPlan(packed: Buffer): PlanFile {
  let text: string;
  try {
    text = zstdDecompressSync(packed, { maxOutputLength: maxTextBytes }).toString('utf8');
  } catch (error) {
    throw new ForesyncError('data', 'plan-invalid', 'The plan that was kept with the prefetch is damaged.', {
      hint: 'Name a plan with --plan.',
      cause: error,
    });
  }
  const header = parseHeader(text.slice(0, Math.max(0, text.indexOf('\n'))));
  return { header, entries: () => entriesOf(text) };
}

async function* entriesOf(text: string): AsyncGenerator<PlanEntry> {
  let line = 1;
  for (let start = text.indexOf('\n') + 1; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    line++;
    yield parseEntry(text.slice(start, stop), line);
    start = stop + 1;
  }
}
