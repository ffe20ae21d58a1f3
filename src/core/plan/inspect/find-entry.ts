import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { PlanIndex } from './plan-index.ts';
import { searchKeys } from './search-keys.ts';

/** The number of the first entry of a key, by its whole text. Throws `key-not-planned` (kind `data`); rejects when the signal trips. */
export async function findEntry(index: PlanIndex, key: string, signal?: AbortSignal): Promise<number> {
  // No search finds an empty text, which is a key like others.
  const { found } = await searchKeys(index, key, signal);
  for (let number = 0; number < index.length; number++)
    if ((key === '' || found[number] === 1) && index.at(number) === key) return number;
  throw new ForesyncError('data', 'key-not-planned', `The plan has no key ${printable(key, 80)}.`, {
    hint: "'foresync plan --explain KEY' tells why a key is not planned.",
  });
}
