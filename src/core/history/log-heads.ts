import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What is remembered of a log's first bytes. */
export interface LogHead {
  head_bytes: number;
  head_hash: Buffer;
  line_hashes: Buffer;
}

const lineFeed = 10;
const crcBytes = 4;
/** Lines of a head that are shorter than 16 bytes on average hold no time and key. */
const maxLines = 4096;

export function describeHead(head: Buffer): LogHead {
  return { head_bytes: head.length, head_hash: hashOf(head), line_hashes: lineHashes(head) };
}

/** The first bytes of a log, to compare with many that are remembered: each hash is made once. */
export class SeenHead {
  readonly #head: Buffer;
  readonly #hashes = new Map<number, Buffer>();
  #lineHashes: Buffer | undefined;

  constructor(head: Buffer) {
    this.#head = head;
  }

  /** Whether the whole lines that both have are the same: soon seen, so that of thousands of logs few heads are hashed. */
  mayBeLike({ line_hashes: known }: LogHead): boolean {
    const own = this.#ownLineHashes();
    const length = Math.min(own.length, known.length);
    return length === 0 || own.readUInt32BE(length - crcBytes) === known.readUInt32BE(length - crcBytes);
  }

  /** Whether a log that begins so holds all of the remembered head. */
  beginsWith({ head_bytes: length, head_hash: known }: LogHead): boolean {
    if (length === 0 || length > this.#head.length) return false;
    const hash = this.#hashes.get(length) ?? hashOf(this.#head.subarray(0, length));
    this.#hashes.set(length, hash);
    return hash.equals(known);
  }

  /**
   * Whether a log of these bytes and no more is the beginning of the remembered one. Its whole lines decide; a line that was cut
   * counts with those before it.
   */
  isBeginningOf(known: LogHead): boolean {
    if (this.#head.length >= known.head_bytes) return false;
    const own = this.#ownLineHashes();
    const { length } = own;
    const at = length - crcBytes;
    return at >= 0 && own.subarray(at).equals(known.line_hashes.subarray(at, length));
  }

  #ownLineHashes(): Buffer {
    this.#lineHashes ??= lineHashes(this.#head);
    return this.#lineHashes;
  }
}

function hashOf(head: Uint8Array): Buffer {
  return createHash('sha256').update(head).digest();
}

function lineHashes(head: Buffer): Buffer {
  const hashes = Buffer.alloc(maxLines * crcBytes);
  let lines = 0;
  let hash = 0;
  let start = 0;
  for (let end = head.indexOf(lineFeed); end >= 0 && lines < maxLines; end = head.indexOf(lineFeed, start)) {
    hash = crc32(head.subarray(start, end + 1), hash);
    hashes.writeUInt32BE(hash, crcBytes * lines++);
    start = end + 1;
  }
  return hashes.subarray(0, lines * crcBytes);
}
