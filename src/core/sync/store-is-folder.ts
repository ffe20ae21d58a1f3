import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** Whose store it is, and where it was named: in foresync.yaml (`config`) or with --store (`usage`). */
interface Named {
  path: string;
  of: string;
  kind: 'config' | 'usage';
}

/** What a look at a store tells of its file. */
interface FileLook {
  exists: boolean;
  isFile: boolean;
}

/** Undefined where there is a file, or nothing yet. */
export function storeIsFolder(
  { exists, isFile }: FileLook,
  { path, of, kind }: Named,
): ForesyncError | undefined {
  if (!exists || isFile) return undefined;
  const example = `sqlite:${printable(path.replace(/\/+$/, ''))}/shop.db`;
  return new ForesyncError(
    kind,
    'store-is-folder',
    `${printable(path)} at ${printable(of, 60)} is a folder or the like, and a store is a file.`,
    {
      hint: kind === 'usage' ? `Name a file: --store ${example}` : `Name a file in foresync.yaml: ${example}`,
    },
  );
}

/** Why a store could not be opened, where `look` at it is asked: SQLite says no more of a folder than that it may not open it. */
export async function orFolder(
  error: unknown,
  look: () => Promise<{ result: { file: FileLook } }>,
  named: Named,
): Promise<unknown> {
  if (!(error instanceof ForesyncError) || error.code !== 'store-denied') return error;
  const found = await look().catch(() => undefined);
  return (found && storeIsFolder(found.result.file, named)) ?? error;
}
