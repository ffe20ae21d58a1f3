import { crc32 } from 'node:zlib';

/** A frame to the byte, whatever it holds; `flip` may damage its body before the sums are made. */
export function frameOf(
  header: Buffer,
  payload: Buffer,
  flip: (body: Buffer) => void = () => undefined,
): Buffer {
  const body = Buffer.concat([header, payload]);
  flip(body);
  const prefix = Buffer.alloc(16);
  prefix.writeUInt32BE(12 + body.length, 0);
  prefix.writeUInt32BE(header.length, 4);
  prefix.writeUInt32BE(crc32(body), 8);
  prefix.writeUInt32BE(crc32(prefix.subarray(0, 12)), 12);
  return Buffer.concat([prefix, body]);
}

export function flipAt(bytes: Buffer, at: number, xor: number): void {
  if (bytes.length === 0) return;
  const place = at % bytes.length;
  bytes[place] = (bytes[place] ?? 0) ^ xor;
}
