import { z } from 'zod';
import { ForesyncError } from '../errors.ts';
import { key } from './postgres-shapes.ts';

const keys = z.array(key).max(1_000_000);

/** Keys of a PostgreSQL table as they travel: JSON, before compression. */
export function encodeKeyTexts(texts: readonly (readonly string[])[]): Buffer {
  return Buffer.from(JSON.stringify(texts));
}

/** Throws `protocol` on what is none, or has keys of another number of columns. */
export function decodeKeyTexts(bytes: Buffer | undefined, columns: number): string[][] {
  try {
    const found = keys.parse(JSON.parse((bytes ?? Buffer.alloc(0)).toString('utf8')));
    if (found.every(({ length }) => length === columns)) return found;
  } catch (error) {
    throw new ForesyncError('protocol', 'keys-invalid', 'A list of keys is no such list.', { cause: error });
  }
  throw new ForesyncError('protocol', 'keys-invalid', 'A list of keys has keys of another table.');
}
