import { randomUUID } from 'node:crypto';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Puts a file in the place of what may be there, by a rename once it is whole: whoever reads it meets the old one or the new one. Rejects with the system's error, and leaves
 * what was there. With `mode` it has that whatever the umask.
 */
export async function replaceFile(
  file: string,
  text: string,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
