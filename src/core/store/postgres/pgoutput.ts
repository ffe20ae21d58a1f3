import { ForesyncError } from '../../errors.ts';

/** A value as it came: PostgreSQL's text of it, a character a byte (latin1); null for NULL; undefined where an update left a TOAST value as it was. */
export type ChangedValue = string | null | undefined;

/** What pgoutput says, protocol version 1. Numbers of relations are the donor's. */
export type PgMessage =
  | { type: 'begin'; commitAt: number; xid: number }
  | { type: 'commit'; endAt: number }
  | {
      type: 'relation';
      id: number;
      schema: string;
      name: string;
      identity: string;
      columns: RelationColumn[];
    }
  | { type: 'insert'; relation: number; row: ChangedValue[] }
  /** `old`: the row as it was, or of it the key alone, where `oldIsKey`. */
  | {
      type: 'update';
      relation: number;
      row: ChangedValue[];
      old: ChangedValue[] | undefined;
      oldIsKey: boolean;
    }
  | { type: 'delete'; relation: number; old: ChangedValue[] }
  | { type: 'truncate'; relations: number[] }
  /** All that was committed before it has come. */
  | { type: 'mark'; at: number }
  /** The transaction was committed first at another server, where it ended at `at`; `name` is the replication origin that stands for that server here. */
  | { type: 'origin'; name: string; at: number }
  /** Nothing that rows depend on: a type's name, a message. */
  | { type: 'other' };

export interface RelationColumn {
  name: string;
  typeOid: number;
}

const maxColumns = 1664;

/** Reads one message. Every length in it is checked: it comes from outside. Throws `protocol`, `change-invalid`. */
export function decodeMessage(message: Buffer): PgMessage {
  const reader = new Reader(message);
  const decoded = decode(reader);
  if (decoded.type !== 'other') reader.end();
  return decoded;
}

/** Walks what `ChangeStream` has put together. Throws where a length does not add up. */
export function* messagesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw invalid();
    const length = bytes.readUInt32BE(at);
    if (length === 0 || length > bytes.length - at - 4) throw invalid();
    yield bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

function decode(reader: Reader): PgMessage {
  switch (reader.character()) {
    case 'B': {
      const commitAt = reader.position();
      reader.skip(8);
      return { type: 'begin', commitAt, xid: reader.integer(4) };
    }
    case 'C': {
      reader.skip(1 + 8);
      const endAt = reader.position();
      reader.skip(8);
      return { type: 'commit', endAt };
    }
    case 'R':
      return relation(reader);
    case 'I': {
      const id = reader.integer(4);
      if (reader.character() !== 'N') throw invalid();
      return { type: 'insert', relation: id, row: tuple(reader) };
    }
    case 'U': {
      const id = reader.integer(4);
      const kind = reader.character();
      const old = kind === 'K' || kind === 'O' ? tuple(reader) : undefined;
      if ((old ? reader.character() : kind) !== 'N') throw invalid();
      return { type: 'update', relation: id, row: tuple(reader), old, oldIsKey: kind === 'K' };
    }
    case 'D': {
      const id = reader.integer(4);
      const kind = reader.character();
      if (kind !== 'K' && kind !== 'O') throw invalid();
      return { type: 'delete', relation: id, old: tuple(reader) };
    }
    case 'T': {
      const count = reader.integer(4);
      reader.skip(1);
      if (count > reader.left / 4) throw invalid();
      return { type: 'truncate', relations: Array.from({ length: count }, () => reader.integer(4)) };
    }
    case 'k':
      return { type: 'mark', at: reader.position() };
    case 'O':
      return { type: 'origin', at: reader.position(), name: reader.text() };
    case 'Y':
    case 'M':
      return { type: 'other' };
    default:
      throw invalid();
  }
}

function relation(reader: Reader): PgMessage {
  const id = reader.integer(4);
  const schema = reader.text();
  const name = reader.text();
  const identity = reader.character();
  const columns = Array.from({ length: columnCount(reader) }, () => {
    reader.skip(1);
    const column = { name: reader.text(), typeOid: reader.integer(4) };
    reader.skip(4);
    return column;
  });
  // pg_catalog goes by no name here.
  return { type: 'relation', id, schema: schema === '' ? 'pg_catalog' : schema, name, identity, columns };
}

function tuple(reader: Reader): ChangedValue[] {
  const values: ChangedValue[] = [];
  for (let count = columnCount(reader); count > 0; count--) {
    const kind = reader.character();
    if (kind === 'n') values.push(null);
    else if (kind === 'u') values.push(undefined);
    else if (kind === 't') values.push(reader.latin1(reader.integer(4)));
    else throw invalid();
  }
  return values;
}

function columnCount(reader: Reader): number {
  const count = reader.integer(2);
  if (count > maxColumns) throw invalid();
  return count;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  skip(length: number): number {
    const at = this.#at;
    if (length > this.left) throw invalid();
    this.#at += length;
    return at;
  }

  character(): string {
    return String.fromCharCode(this.#bytes[this.skip(1)] as number);
  }

  integer(length: 2 | 4): number {
    const at = this.skip(length);
    return length === 2 ? this.#bytes.readUInt16BE(at) : this.#bytes.readUInt32BE(at);
  }

  position(): number {
    const at = this.skip(8);
    const position = this.#bytes.readUInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(position)) throw invalid();
    return position;
  }

  latin1(length: number): string {
    const at = this.skip(length);
    return this.#bytes.toString('latin1', at, at + length);
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw invalid();
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  end(): void {
    if (this.left !== 0) throw invalid();
  }
}

function invalid(): ForesyncError {
  return new ForesyncError(
    'protocol',
    'change-invalid',
    'A change of the donor is none that PostgreSQL sends.',
  );
}
