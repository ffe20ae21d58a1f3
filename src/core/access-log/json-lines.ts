import { isUtf8 } from 'node:buffer';
import { type AccessSink, type LineParser, maxKeyBytes, maxLineBytes } from './access-sink.ts';
import type { Role } from './columns.ts';
import { EventReader, Slot } from './event-reader.ts';
import type { JsonLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';

const lineFeed = 10;
const roleSlots = Object.entries(Slot) as [Role, number][];

/** What a field may take in the buffer that events are read from; only the key may need more than a few bytes. */
const maxFieldBytes = maxKeyBytes + 1;

/**
 * Reads JSON Lines: one object a line. A field is named as it is, or with dots for one inside another (`item.id`). A key may be
 * a string, a number, which is taken as written, or an array for a composite key.
 */
export class JsonLinesParser implements LineParser {
  readonly #layout: JsonLayout;
  readonly #tally: LineTally;
  readonly #reader: EventReader;
  readonly #fields = Buffer.alloc(roleSlots.length * (maxFieldBytes + 4));

  constructor(layout: JsonLayout, sink: AccessSink, tally: LineTally) {
    this.#layout = layout;
    this.#tally = tally;
    this.#reader = new EventReader(sink, tally, layout.names.op !== undefined);
  }

  parse(block: Buffer, start: number, end: number, _isLast: boolean): number {
    for (let position = start; position < end; ) {
      const next = block.indexOf(lineFeed, position) + 1;
      if (next - position > maxLineBytes) this.#tally.reject('the line is longer than 1 MiB');
      else this.#line(block.subarray(position, next));
      this.#tally.nextLine++;
      position = next;
    }
    return end;
  }

  #line(bytes: Buffer): void {
    const text = bytes.toString('utf8').trim();
    if (text === '' || text.startsWith('#')) {
      this.#tally.ignored++;
      return;
    }
    if (text.includes('\ufffd') && !isUtf8(bytes)) return this.#tally.reject('the line is not valid UTF-8');
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch {
      return this.#tally.reject('the line is not JSON');
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object))
      return this.#tally.reject('the line is no JSON object');
    this.#object(object as Record<string, unknown>, text);
  }

  #object(object: Record<string, unknown>, text: string): void {
    let length = 0;
    for (const [role, slot] of roleSlots) {
      const name = this.#layout.names[role];
      const value = name === undefined ? undefined : fieldOf(object, name);
      if (role === 'key' && !isKey(value)) return this.#tally.reject(`there is no key in '${name}'`);
      const field = asText(value, () => fieldOf(exact(text), name as string));
      if (!field.isWellFormed()) return this.#tally.reject('the key is not valid UTF-8');
      this.#reader.starts[slot] = length;
      length += this.#fields.write(field, length, maxFieldBytes);
      if (role === 'key' && Buffer.byteLength(field) > maxKeyBytes)
        return this.#tally.reject(`the key is longer than ${maxKeyBytes} bytes`);
      this.#reader.ends[slot] = length;
    }
    this.#reader.take(this.#fields);
  }
}

function fieldOf(object: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  let value: unknown = object;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function isKey(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || Array.isArray(value);
}

/** Integers past 2^53 lose digits in a number, so they are read again as written. */
function asText(value: unknown, asWritten: () => unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return String(asWritten());
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function exact(text: string): Record<string, unknown> {
  const asWritten = (_: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' ? context.source : value;
  return JSON.parse(text, asWritten as (key: string, value: unknown) => unknown) as Record<string, unknown>;
}
