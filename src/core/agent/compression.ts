import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { ForesyncError } from '../errors.ts';

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);

/** Larger than the largest row and its image. */
const maxPartBytes = 300 * 1024 * 1024;

/** How much zlib puts out at a time: with its 16 KiB, a chunk would be put together from hundreds of pieces. */
function stepBytes(expectedBytes: number): number {
  return Math.min(8 * 1024 * 1024, Math.max(16 * 1024, Math.ceil(expectedBytes)));
}

/** zstd level 1: three times as fast as a fast link at a third of the size; runs beside the thread that reads rows. */
export function compress(part: Uint8Array): Promise<Buffer> {
  return compressAsync(part, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    chunkSize: stepBytes(part.length / 2),
  });
}

/** Rejects with kind `protocol` on what is no zstd frame or would grow past any chunk. */
export async function decompress(part: Uint8Array): Promise<Buffer> {
  try {
    return await decompressAsync(part, {
      maxOutputLength: maxPartBytes,
      chunkSize: stepBytes(part.length * 5),
    });
  } catch (error) {
    throw new ForesyncError('protocol', 'part-corrupt', 'A part of a frame cannot be decompressed.', {
      cause: error,
    });
  }
}
