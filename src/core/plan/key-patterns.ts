import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, refusalOf } from '../errors.ts';
import { printable } from '../text.ts';
import { compileGlob, type Glob, parseGlob } from './glob.ts';

/** Which keys an operator means: these, and those that match. */
export interface KeyPatterns {
  exact: Set<string>;
  globs: Glob[];
}

const maxPatternLength = 4096;
/** Each is held against each key, so that many of them cost minutes; exact keys cost nothing. */
const maxGlobs = 1000;
const maxFileBytes = 256 * 1024 * 1024;

/**
 * Reads exact keys and patterns with `*` and `?`; `@FILE` stands for the lines of a file, taken from `folder` where its
 * path is relative, and `\@` for an @ that a key begins with. Throws `usage` errors for a pattern that is empty or too
 * long and for too many patterns, `io` and `data` errors for a file.
 */
export function readKeyPatterns(
  sources: readonly { patterns: readonly string[]; folder: string }[],
): KeyPatterns {
  const read: KeyPatterns = { exact: new Set(), globs: [] };
  const seen = new Set<string>();
  const add = (pattern: string) => {
    if (seen.has(pattern)) return;
    seen.add(pattern);
    addPattern(read, pattern);
  };
  for (const { patterns, folder } of sources) {
    for (const pattern of patterns) {
      if (pattern.startsWith('@'))
        for (const line of linesOf(path.resolve(folder, pattern.slice(1)))) add(line);
      else add(pattern.startsWith('\\@') ? pattern.slice(1) : pattern);
    }
  }
  return read;
}

function addPattern({ exact, globs }: KeyPatterns, pattern: string): void {
  if (pattern === '')
    throw refused('A pattern of keys is empty.', 'Write a key, a pattern such as user:*, or @FILE.');
  if (pattern.length > maxPatternLength)
    throw refused(`The pattern '${printable(pattern, 40)}' is longer than ${maxPatternLength} characters.`);
  const tokens = parseGlob(pattern);
  if (tokens.every((token) => typeof token === 'number')) {
    exact.add(String.fromCodePoint(...tokens));
    return;
  }
  if (globs.push(compileGlob(tokens)) > maxGlobs)
    throw refused(
      `There are more than ${maxGlobs} patterns with wildcards.`,
      'Exact keys may be any number.',
    );
}

function refused(message: string, hint?: string): ForesyncError {
  return new ForesyncError('usage', 'pattern-refused', message, hint === undefined ? {} : { hint });
}

function linesOf(file: string): string[] {
  let bytes: Buffer;
  try {
    if (statSync(file).size > maxFileBytes)
      throw new ForesyncError('data', 'patterns-too-large', `${printable(file)} is larger than 256 MiB.`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof ForesyncError) throw error;
    throw new ForesyncError(
      'io',
      'patterns-unreadable',
      `The patterns of ${printable(file)} cannot be read: ${refusalOf(error)}.`,
      { hint: 'Check the path after the @; a key that begins with @ is written \\@.', cause: error },
    );
  }
  return decode(bytes, file)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ForesyncError('data', 'patterns-no-text', `${printable(file)} is not UTF-8.`, { cause });
  }
}
