import os from 'node:os';
import type { Transform } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import pLimit from 'p-limit';
import { ForesyncError } from '../errors.ts';
import { release } from '../release.ts';

/** Larger than the largest row and its image. */
export const maxPartBytes = 300 * 1024 * 1024;

/** Of the memory that a frame may ask zstd for: 8 MiB; `compress` needs less. */
const maxWindowLog = 23;

/**
 * Of zstd. Beside level 1 it costs a fifth more here, and saves more than that in ssh, which has less to carry; the
 * levels above cost more than they save.
 */
const usualLevel = 3;

/** 512 KiB: a window that stays in a core's cache takes a sixth of the time off, and finds almost all that a larger one finds. */
const windowLog = 19;
/** Where bytes count for more than time. */
const largeWindowLog = 20;

/** Parts that are compressed at the same time. Each has its own tables and output, some 20 MB where bytes count for more than time, from when it begins. */
const atOnce = pLimit(Math.min(4, os.availableParallelism()));

/** Runs beside the thread that reads rows. The part must not change, nor its memory be released, until this resolves. */
export function compress(part: Uint8Array, level = usualLevel): Promise<Buffer> {
  return atOnce(() => compressNow(part, level));
}

function compressNow(part: Uint8Array, level: number): Promise<Buffer> {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_windowLog]: level > usualLevel ? largeWindowLog : windowLog,
  };
  return through(createZstdCompress({ params, chunkSize: stepBytes(boundOf(part.length)) }), part);
}

/**
 * Rejects with kind `protocol` on what is no zstd frame or would grow past any chunk, or past `leftBytes`. After that a thread may still be reading
 * the part: its memory must never be released.
 */
export async function decompress(part: Uint8Array, leftBytes = maxPartBytes): Promise<Buffer> {
  try {
    const stream = createZstdDecompress({
      chunkSize: stepBytes(part.length * 5),
      params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
    });
    return await through(stream, part, Math.min(leftBytes, maxPartBytes));
  } catch (error) {
    throw new ForesyncError('protocol', 'part-corrupt', 'A part of a frame cannot be decompressed.', {
      cause: error,
    });
  }
}

/** No frame of so many bytes is larger (zstd.h, ZSTD_COMPRESSBOUND). */
function boundOf(bytes: number): number {
  return bytes + (bytes >> 8) + 64 * 1024;
}

/** How much zlib puts out at a time: with its 16 KiB, a chunk would be put together from hundreds of pieces. */
function stepBytes(expectedBytes: number): number {
  return Math.min(8 * 1024 * 1024, Math.max(16 * 1024, Math.ceil(expectedBytes)));
}

async function through(stream: Transform, part: Uint8Array, maxBytes = maxPartBytes): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  // The part waits behind an empty piece, so it is known to be the last when its turn comes: zstd then takes it as it is, in one
  // go, rather than through a window of its own.
  stream.write(Buffer.alloc(0));
  stream.end(part);
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > maxBytes) {
      // A thread may still be filling the last memory; what it has filled before is ours alone.
      release(pieces.filter(({ buffer }) => buffer !== piece.buffer));
      throw new RangeError(`It grows past ${maxBytes} bytes.`);
    }
  }
  return joined(pieces);
}

/** zlib fills one memory piece by piece before it takes the next, so mostly nothing need be copied. */
function joined(pieces: readonly Buffer[]): Buffer {
  const [first, ...others] = pieces;
  if (!first) return Buffer.alloc(0);
  let length = first.length;
  for (const piece of others) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== first.byteOffset + length) {
      const copy = Buffer.concat(pieces);
      release(pieces);
      return copy;
    }
    length += piece.length;
  }
  return Buffer.from(first.buffer as ArrayBuffer, first.byteOffset, length);
}
