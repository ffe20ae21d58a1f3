import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ForesyncError, refusalOf, systemCodeOf } from '../errors.ts';
import { replaceFile } from '../replace-file.ts';
import { printable } from '../text.ts';

/** Throws `report-exists` (kind `exists`) for a file that is there. */
export function refuseExistingPage(file: string): void {
  if (existsSync(path.resolve(file))) throw exists(file);
}

/**
 * Writes a page; returns its absolute path. What is there already is refused (`report-exists`, kind `exists`), or with `replace` put aside
 * by a rename once the new page is whole. Throws `report-unwritable` (kind `io`).
 */
export async function writePage(
  file: string,
  page: string,
  { replace }: { replace: boolean },
): Promise<string> {
  const target = path.resolve(file);
  try {
    if (!replace) {
      await writeFile(target, page, { flag: 'wx' });
      return target;
    }
    await replaceFile(target, page);
    return target;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw exists(file);
    throw new ForesyncError(
      'io',
      'report-unwritable',
      `${printable(file)} cannot be written: ${refusalOf(error)}.`,
      {
        hint: 'Check the folder, its permissions and its free space, or name another file with --out.',
        cause: error,
      },
    );
  }
}

function exists(file: string): ForesyncError {
  return new ForesyncError('exists', 'report-exists', `There is a file ${printable(file)} already.`, {
    hint: 'Name another with --out, or give --replace to write over it.',
  });
}
