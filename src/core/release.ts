/** Smaller memory may be a pool that Buffers share; and it is cheap. */
const leastBytes = 128 * 1024;

/**
 * Gives the memory of large buffers back at once, rather than when the garbage collector gets to it. Chunks follow one
 * another by the hundred, and memory that is new to a process is dear: the kernel hands it over page by page, cleared. What
 * is free already is used again. Every view of the same memory is empty from then on. May be called again.
 */
export function release(buffers: Iterable<Uint8Array>): void {
  for (const { buffer } of buffers)
    if (buffer instanceof ArrayBuffer && buffer.byteLength >= leastBytes) buffer.transfer(0);
}
