import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, type ZstdDecompress } from 'node:zlib';

export type Compression = 'none' | 'gzip' | 'zstd';

const outputBytes = 512 * 1024;

/** Tells by the first four bytes, never by the name. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // A skippable frame, which pzstd writes first: 0x184D2A5?.
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18)
    return 'zstd';
  return 'none';
}

/** Undoes the compression. Ends with zlib's errors where the bytes are cut off or damaged. */
export function decompress(chunks: AsyncIterable<Buffer>, compression: Compression): AsyncIterable<Buffer> {
  if (compression === 'none') return chunks;
  if (compression === 'zstd') return zstdFrames(chunks);
  const source = Readable.from(chunks, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: outputBytes });
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
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
