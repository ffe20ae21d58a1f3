import type { RowKey } from '../row-key.ts';

const rowsPrefix = '/v1/rows/';
const maxKeyBytes = 64 * 1024;

/**
 * The key that a request's target names: the text behind `/v1/rows/`, percent-decoded, which is `rowKeyText` of the key. So a text or a number stands as it
 * is, a blob as `{"base64":"…"}`, and a composite key as a JSON array; or, where that is easier to write, as one segment a column
 * (`/v1/rows/eu/17`). Undefined where the target is none of these.
 */
export function keyOfTarget(target: string, columns: number): RowKey | undefined {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  if (!path.startsWith(rowsPrefix) || path.length > maxKeyBytes) return undefined;
  const segments = path.slice(rowsPrefix.length).split('/').map(decoded);
  if (segments.includes(undefined)) return undefined;
  const texts = segments as string[];
  if (columns > 1 && texts.length === columns) return texts.map(partOf);
  // A slash in a key need not be encoded where there is one column.
  return partOf(texts.join('/'));
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Percent signs that encode no text: no key of ours.
    return undefined;
  }
}

/** A part that is no text, as it is written in JSON. */
function partOf(text: string): RowKey & (string | { int: string } | { base64: string }) {
  const found = /^\{"(int|base64)":"([^"\\]*)"\}$/.exec(text);
  if (!found) return text;
  const [, kind, value = ''] = found;
  return kind === 'int' ? { int: value } : { base64: value };
}
