import { maxPatternedBytes } from './named-groups.ts';
import type { OperationKind } from './operations.ts';

const verbs = new Map<string, OperationKind>([
  ['select', 'read'],
  ['insert', 'write'],
  ['update', 'write'],
  ['delete', 'write'],
  ['merge', 'write'],
  ['replace', 'write'],
]);

const blank = /\s/;
const word = /[a-z]{1,20}/iy;
const writes = /\b(?:insert\s{1,100}into|update|delete\s{1,100}from|merge\s{1,100}into)\b/i;

/**
 * What an SQL statement does by its first word: SELECT reads, INSERT, UPDATE, DELETE, MERGE and MySQL's REPLACE write, others are
 * 'none'. A statement that begins with WITH writes if it holds one of these behind it.
 */
export function statementKind(statement: Buffer): OperationKind {
  const text = statement.toString('utf8', 0, maxPatternedBytes);
  word.lastIndex = firstWordAt(text);
  const verb = word.exec(text)?.[0].toLowerCase() ?? '';
  if (verb === 'with') return writes.test(text) ? 'write' : 'read';
  return verbs.get(verb) ?? 'none';
}

/** Behind blanks, opening brackets and comments, which drivers and tracers put first. */
function firstWordAt(text: string): number {
  let at = 0;
  while (at < text.length) {
    const isComment = text.startsWith('/*', at) || text.startsWith('--', at);
    if (isComment) {
      const close = text[at] === '/' ? '*/' : '\n';
      const end = text.indexOf(close, at + 2);
      if (end === -1) return text.length;
      at = end + close.length;
    } else if (text[at] === '(' || blank.test(text[at] as string)) at++;
    else return at;
  }
  return at;
}
