import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { ForesyncError, refusalOf, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';

/** Throws `config-exists` where there is a file, or something else, of that name. */
export function refuseExistingConfig(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })) throw exists(file);
}

/**
 * Writes a foresync.yaml beside its place and puts it there whole, for its owner alone; one that it replaces keeps its mode. One that is there,
 * also since a moment ago, is replaced with `replace` alone (`config-exists`). Throws `config-unwritable` (kind `io`), and leaves nothing then.
 */
export function writeConfig(file: string, text: string, { replace }: { replace: boolean }): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    const mode = (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      // openSync would leave out what the umask forbids.
      fchmodSync(descriptor, mode);
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // A rename would replace whatever came there meanwhile; a link refuses to.
    if (replace) renameSync(temporary, file);
    else linkSync(temporary, file);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw exists(file);
    throw new ForesyncError(
      'io',
      'config-unwritable',
      `${printable(file)} cannot be written: ${refusalOf(error)}.`,
      {
        hint: 'Check the folder, its permissions and its free space, or name another file with --config.',
        cause: error,
      },
    );
  } finally {
    rmSync(temporary, { force: true });
  }
}

function exists(file: string): ForesyncError {
  return new ForesyncError('exists', 'config-exists', `There is a ${printable(file)} already.`, {
    hint: '--replace replaces it; --config FILE names another.',
  });
}
