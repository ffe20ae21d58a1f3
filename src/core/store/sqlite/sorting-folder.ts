import { accessSync, constants } from 'node:fs';

/** The folder in which SQLite sorts what does not fit into memory, such as a large index (sqlite.org/tempfiles.html, section 5). */
export function sortingFolder(): string {
  const { SQLITE_TMPDIR, TMPDIR } = process.env;
  const usable = [SQLITE_TMPDIR, TMPDIR, '/var/tmp', '/usr/tmp', '/tmp'].find(
    (folder) => folder !== undefined && isUsable(folder),
  );
  return usable ?? '.';
}

function isUsable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // SQLite takes the next one.
    return false;
  }
}
