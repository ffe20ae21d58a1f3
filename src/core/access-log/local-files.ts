import { globSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '../errors.ts';

/** A path that exists is itself, whatever characters it has; otherwise it is a glob. */
export function expand(pattern: string): string[] {
  if (statSync(pattern, { throwIfNoEntry: false })) return [pattern];
  if (!isGlob(pattern)) return [];
  return globSync(pattern)
    .filter((file) => !statSync(file, { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

export function isGlob(pattern: string): boolean {
  return /[*?[\]{}]/.test(pattern);
}

/** A file that is not there keeps its path, and fails when it is read. */
export function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return path.resolve(file);
  }
}
