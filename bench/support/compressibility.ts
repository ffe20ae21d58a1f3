import { createReadStream, statSync } from 'node:fs';
import { constants, createZstdCompress } from 'node:zlib';

/** How many bytes of a file become one byte with zstd level 1. */
export async function compressibility(file: string): Promise<number> {
  const packer = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  let packedBytes = 0;
  for await (const chunk of createReadStream(file).pipe(packer)) packedBytes += (chunk as Buffer).length;
  return statSync(file).size / packedBytes;
}
