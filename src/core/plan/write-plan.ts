import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ForesyncError, refusalOf } from '../errors.ts';
import { printable } from '../text.ts';
import type { Plan } from './make-plan.ts';

/** The smallest number of characters that are worth a write of their own. */
const pieceLength = 1 << 16;

/**
 * Writes a plan as JSON Lines beside `file` and puts it in place by a rename, so that a reader sees the old plan or the
 * whole new one. Throws `plan-unwritable` (kind `io`); an interruption leaves nothing behind.
 */
export async function writePlan(
  file: string,
  plan: Pick<Plan, 'header' | 'entries'>,
  signal?: AbortSignal,
): Promise<void> {
  const target = path.resolve(file);
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.tmp`);
  try {
    await streamPlan(createWriteStream(temporary, { flags: 'wx' }), plan, { signal });
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal?.aborted) throw error;
    throw new ForesyncError(
      'io',
      'plan-unwritable',
      `${printable(file)} cannot be written: ${refusalOf(error)}.`,
      {
        hint: 'Check the folder, its permissions and its free space, or name another file with --out.',
        cause: error,
      },
    );
  }
}

/** Writes a plan to a stream, and ends the stream unless `end` is false. */
export async function streamPlan(
  output: Writable,
  plan: Pick<Plan, 'header' | 'entries'>,
  { end = true, signal }: { end?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await pipeline(Readable.from(pieces(plan), { objectMode: false }), output, {
    end,
    ...(signal ? { signal } : {}),
  });
}

function* pieces({ header, entries }: Pick<Plan, 'header' | 'entries'>): Generator<string> {
  let piece = `${JSON.stringify(header)}\n`;
  for (const entry of entries()) {
    piece += `${JSON.stringify(entry)}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece.length > 0) yield piece;
}
