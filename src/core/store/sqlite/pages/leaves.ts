import { readVarint, varintBytes, writeVarint } from './varint.ts';

const mostEntryBytes = 4 + 9;

/** A leaf of a table: its page, and the largest rowid on it. */
export interface Leaf {
  page: number;
  lastRowid: number | bigint;
}

/** The leaves that a chunk is on, in their order. Those of a whole table would fill the memory: they are kept as bytes, chunk by chunk. */
export class Leaves {
  readonly all: Leaf[] = [];

  add(page: number, lastRowid: number | bigint): void {
    this.all.push({ page, lastRowid });
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.all.length * mostEntryBytes);
    let at = 0;
    for (const { page, lastRowid } of this.all) {
      at = bytes.writeUInt32BE(page, at);
      at += writeVarint(bytes, at, lastRowid);
    }
    return bytes.subarray(0, at);
  }
}

/** The leaves that `encode` made bytes of, chunk after chunk. */
export function* decodedLeaves(chunks: Iterable<Buffer>): Generator<Leaf, void> {
  for (const bytes of chunks)
    for (let at = 0; at < bytes.length; ) {
      const length = varintBytes(bytes, at + 4);
      yield { page: bytes.readUInt32BE(at), lastRowid: readVarint(bytes, at + 4, length) };
      at += 4 + length;
    }
}
