/** A position in the WAL, as PostgreSQL writes it (`16/B374D848`), from a number; it is exact up to 2^53, which is 8 PB of WAL. */
export function lsnText(position: number): string {
  const high = Math.floor(position / 2 ** 32);
  return `${high.toString(16).toUpperCase()}/${(position % 2 ** 32).toString(16).toUpperCase()}`;
}

/** Throws a RangeError on what is no position, or is past 2^53. */
export function lsnOf(text: string): number {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  const position = match
    ? Number.parseInt(match[1] ?? '', 16) * 2 ** 32 + Number.parseInt(match[2] ?? '', 16)
    : -1;
  if (!Number.isSafeInteger(position) || position < 0)
    throw new RangeError('That is no position in the WAL.');
  return position;
}

/** Reads the eight bytes that the replication protocol has for a position. */
export function readLsn(bytes: Buffer, offset: number): number {
  const high = bytes.readUInt32BE(offset);
  const position = high * 2 ** 32 + bytes.readUInt32BE(offset + 4);
  if (!Number.isSafeInteger(position)) throw new RangeError('That is no position in the WAL.');
  return position;
}

export function writeLsn(bytes: Buffer, position: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(position / 2 ** 32), offset);
  bytes.writeUInt32BE(position % 2 ** 32, offset + 4);
}
