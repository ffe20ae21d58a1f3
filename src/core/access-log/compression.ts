import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import { unpackXz } from './xz.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'brotli' | 'xz';

/** As many bytes as tell the compression. */
export const magicBytes = 6;
const xzMagic = Buffer.from('\u00fd7zXZ\0', 'latin1');

const outputBytes = 512 * 1024;

/** Tells by the first bytes; brotli alone, which has no mark of its own, by a name that ends in `.br`. */
export function compressionOf(head: Uint8Array, name = ''): Compression {
  if (name.endsWith('.br') && head.length > 0) return 'brotli';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // A skippable frame, which pzstd writes first: 0x184D2A5?.
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18)
    return 'zstd';
  return xzMagic.equals(head.subarray(0, magicBytes)) ? 'xz' : 'none';
}

/** Undoes the compression. Ends with zlib's errors where the bytes are cut off or damaged. */
export function decompress(chunks: AsyncIterable<Buffer>, compression: Compression): AsyncIterable<Buffer> {
  if (compression === 'none') return chunks;
  if (compression === 'zstd') return zstdFrames(chunks);
  if (compression === 'xz') return unpackXz(chunks);
  const source = Readable.from(chunks, { objectMode: false });
  const decoder =
    compression === 'gzip'
      ? createGunzip({ chunkSize: outputBytes })
      : createBrotliDecompress({ chunkSize: outputBytes });
  source.on('error', (error) => decoder.destroy(error));
  // Whoever leaves early ends what the bytes come from too.
  decoder.on('close', () => source.destroy());
  return source.pipe(decoder);
}

/**
 * Node's decoder ends after one frame and drops the rest of the chunk without a word, but concatenated logs have many: each frame
 * that leaves something over is followed by a new decoder.
 */
async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let rest: Buffer | undefined;
    do {
      const decoder = createZstdDecompress({ chunkSize: outputBytes });
      const fed = feedFrame(decoder, iterator, rest);
      try {
        yield* decoder as AsyncIterable<Buffer>;
        rest = await fed;
      } finally {
        decoder.destroy();
      }
    } while (rest);
  } finally {
    await iterator.return?.();
  }
}

/** Returns what the frame left over; undefined at the end. A failure ends the decoder with it. */
async function feedFrame(
  decoder: ZstdDecompress,
  chunks: AsyncIterator<Buffer>,
  first: Buffer | undefined,
): Promise<Buffer | undefined> {
  try {
    for (let chunk = first; ; chunk = undefined) {
      if (!chunk) {
        const next = await chunks.next();
        if (next.done) {
          decoder.end();
          return undefined;
        }
        chunk = next.value;
      }
      const before = decoder.bytesWritten;
      await written(decoder, chunk);
      const used = decoder.bytesWritten - before;
      if (used < chunk.length) return chunk.subarray(used);
    }
  } catch (error) {
    decoder.destroy(error as Error);
    return undefined;
  }
}

function written(decoder: ZstdDecompress, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    decoder.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
