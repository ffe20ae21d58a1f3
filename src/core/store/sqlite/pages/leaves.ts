import { readVarint, varintBytes, writeVarint } from './varint.ts';

const mostEntryBytes = 4 + 9;

/** The leaves of a table in their order: the page of each, and the largest rowid on it. */
export class Leaves {
  readonly pages: number[] = [];
  readonly lastRowids: (number | bigint)[] = [];

  get count(): number {
    return this.pages.length;
  }

  get lastRowid(): number | bigint | undefined {
    return this.lastRowids.at(-1);
  }

  add(page: number, lastRowid: number | bigint): void {
    this.pages.push(page);
    this.lastRowids.push(lastRowid);
  }

  /** Those from the `start`th on, as bytes. */
  encode(start: number): Buffer {
    const bytes = Buffer.allocUnsafe((this.count - start) * mostEntryBytes);
    let at = 0;
    for (let i = start; i < this.count; i++) {
      at = bytes.writeUInt32BE(this.pages[i] as number, at);
      at += writeVarint(bytes, at, this.lastRowids[i] as number | bigint);
    }
    return bytes.subarray(0, at);
  }

  /** Adds those that `encode` made bytes of. */
  decode(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const length = varintBytes(bytes, at + 4);
      this.add(bytes.readUInt32BE(at), readVarint(bytes, at + 4, length));
      at += 4 + length;
    }
  }
}
