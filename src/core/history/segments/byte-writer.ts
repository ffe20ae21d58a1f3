const firstBytes = 64 * 1024;

/** The most bytes that a number below 2^53 takes. */
export const maxVarintBytes = 8;

/** Bytes that are written one after the other. What is put must be reserved first. */
export class ByteWriter {
  bytes = new Uint8Array(firstBytes);
  at = 0;

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.at + count, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  /** A whole number from 0, below 2^53, as LEB128. */
  putVarint(number: number): void {
    let rest = number;
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.bytes[this.at++] = (rest & 127) | 128;
    this.bytes[this.at++] = rest;
  }

  putBytes(bytes: Uint8Array, start: number, end: number): void {
    let at = this.at;
    for (let i = start; i < end; i++) this.bytes[at++] = bytes[i] as number;
    this.at = at;
  }
}

/** Reads what a `ByteWriter` wrote. Reading past the end throws a RangeError. */
export class ByteReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  takeVarint(): number {
    let number = 0;
    let shift = 0;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('packed bytes end in the middle of a number');
      if (shift < 28) number |= (byte & 127) << shift;
      else number += (byte & 127) * 2 ** shift;
      if (byte < 128) return number;
      shift += 7;
    }
  }
}
