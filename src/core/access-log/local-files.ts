import { globSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '../errors.ts';

/** A path that exists is itself, whatever characters it has; otherwise it is a glob. */
export function expand(pattern: string): string[] {
  if (kindOf(pattern) !== 'none') return [pattern];
  if (!isGlob(pattern)) return [];
  return globSync(pattern)
    .filter((file) => kindOf(file) !== 'folder')
    .sort();
}

/** What is at a path; what cannot be looked at is 'other', and fails when it is read. */
export function kindOf(file: string): 'none' | 'folder' | 'stream' | 'other' {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found) return 'none';
    if (found.isFIFO() || found.isCharacterDevice()) return 'stream';
    return found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return 'other';
  }
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
