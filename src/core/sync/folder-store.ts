import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';

/** What a look at a store tells of its file. */
interface Look {
  result: { file: { exists: boolean; isFile: boolean } };
}

/**
 * Why a store could not be opened: to SQLite a folder is no more than a file that it may not open. `look` asks its host; `of` is who it belongs
 * to. Gives the error itself back where it has another reason.
 */
export async function folderInstead(
  error: unknown,
  look: () => Promise<Look>,
  { path, of, kind }: { path: string; of: string; kind: 'config' | 'usage' },
): Promise<unknown> {
  if (!(error instanceof ForesyncError) || error.code !== 'store-denied') return error;
  const found = await look().catch(() => undefined);
  if (!found?.result.file.exists || found.result.file.isFile) return error;
  const example = `sqlite:${printable(path.replace(/\/+$/, ''))}/shop.db`;
  return new ForesyncError(
    kind,
    'store-is-folder',
    `${printable(path)} at ${printable(of, 60)} is a folder, and a store is a file.`,
    {
      hint: kind === 'usage' ? `Name a file: --store ${example}` : `Name a file in foresync.yaml: ${example}`,
      cause: error,
    },
  );
}
