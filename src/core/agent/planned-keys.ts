import { z } from 'zod';
import { ForesyncError } from '../errors.ts';
import type { RowKey } from '../row-key.ts';

const part = z.union([
  z.string(),
  z.number(),
  z.strictObject({ int: z.string() }),
  z.strictObject({ base64: z.string() }),
]);
const keys = z.array(z.union([part, z.array(part).max(64)])).max(65_536);

/** Planned keys as they travel to a donor: JSON, before compression. */
export function encodeKeys(planned: readonly RowKey[]): Buffer {
  return Buffer.from(JSON.stringify(planned));
}

export function decodeKeys(bytes: Buffer): RowKey[] {
  try {
    return keys.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw new ForesyncError('protocol', 'keys-invalid', 'A list of planned keys is no such list.', {
      cause: error,
    });
  }
}
