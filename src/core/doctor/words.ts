import { formatCounted } from '../format.ts';

/** `2 triggers (a, b)`, at most three of the names; undefined without any. */
export function namesText(names: readonly string[], noun: string): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ', …' : '';
  return `${formatCounted(names.length, noun)} (${shown}${more})`;
}

/** A word of a command line that an operator may copy into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
