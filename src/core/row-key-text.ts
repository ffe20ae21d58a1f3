import type { RowKey } from './row-key.ts';

/** A row's key as it is shown and searched for: a text as it is, anything else as JSON. */
export function rowKeyText(key: RowKey): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}
