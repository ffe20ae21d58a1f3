import { roles } from './columns.ts';

import type { ObjectTaker } from './json-lines.ts';
import type { JsonLayout } from './layout.ts';
import type { LineTally } from './line-tally.ts';
import type { TextFields } from './text-fields.ts';

/**
 * Takes the fields of an object that the layout names. A field is named as it is, or with dots for one inside another (`item.id`). A
 * key may be a string, a number, which is taken as written, or an array for a composite key.
 */
export class JsonFields implements ObjectTaker {
  readonly #names: JsonLayout['names'];
  readonly #fields: TextFields;
  readonly #tally: LineTally;

  constructor(names: JsonLayout['names'], fields: TextFields, tally: LineTally) {
    this.#names = names;
    this.#fields = fields;
    this.#tally = tally;
  }

  take(object: Record<string, unknown>, text: string): void {
    for (const role of roles) {
      const name = this.#names[role];
      const value = name === undefined ? undefined : fieldOf(object, name);
      if (role === 'key' && !isKey(value)) return this.#tally.reject(`there is no key in '${name}'`);
      const field = asText(value, () => fieldOf(exact(text), name as string));
      if (!field.isWellFormed()) return this.#tally.reject('the key is not valid UTF-8');
      this.#fields.put(role, field);
    }
    this.#fields.take();
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
