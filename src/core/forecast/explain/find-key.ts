import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';

const shownNames = 3;

/** The place of a key among the names. Throws `key-unknown` (kind `data`), with the names that begin most alike in its hint. */
export function findKey(names: readonly string[], key: string): number {
  const found = names.indexOf(key);
  if (found >= 0) return found;
  const alike = mostAlike(names, key).map((name) => printable(name, 60));
  throw new ForesyncError('data', 'key-unknown', `The history knows no key ${printable(key, 80)}.`, {
    hint:
      alike.length > 0
        ? `Did you mean ${alike.join(' or ')}?`
        : 'Keys are written as the access logs have them, capitals and all.',
  });
}

/** Names with the longest beginning in common, at least a third of the key's; of equally long ones the shortest. */
function mostAlike(names: readonly string[], key: string): string[] {
  const least = Math.max(1, Math.ceil(key.length / 3));
  let longest = least;
  let alike: string[] = [];
  for (const name of names) {
    const common = commonPrefix(name.toLowerCase(), key.toLowerCase());
    if (common < longest) continue;
    if (common > longest) alike = [];
    longest = common;
    alike.push(name);
  }
  return alike.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, shownNames);
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
