import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '../errors.ts';
import type { LogInput } from './ingest.ts';

interface RotatedLog {
  input: LogInput;
  fileId: string;
}

/** Tells a file from all others, those included that get its inode when it is deleted. */
export function fileIdOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${birthtimeNs}`;
}

/**
 * Finds logs again that were renamed within their folder, as rotation does it: what was written after the last reading, and what the
 * writer goes on to write until it opens the new file, would be lost. Of each log the last that was renamed is kept. Logs at hosts are not
 * looked for: there a glob finds them, `access.log*`.
 */
export class RotatedLogs {
  readonly #fileIds = new Map<string, string>();
  readonly #rotated = new Map<string, RotatedLog>();

  /** Hears at each look which file has the log's name, if any. */
  saw(input: LogInput, fileId: string | undefined): void {
    const name = JSON.stringify([input.replica, input.path]);
    const before = this.#fileIds.get(name);
    if (fileId === undefined) this.#fileIds.delete(name);
    else this.#fileIds.set(name, fileId);
    if (before !== undefined && before !== fileId) this.#rotated.set(name, { input, fileId: before });
  }

  /** Those that are there, under the names that they have now, without these files. */
  besides(fileIds: ReadonlySet<string>): LogInput[] {
    const found: LogInput[] = [];
    for (const [name, log] of this.#rotated) {
      if (fileIds.has(log.fileId)) continue;
      const file = pathOf(log);
      if (file === undefined) this.#rotated.delete(name);
      else {
        log.input = { path: file, replica: log.input.replica };
        found.push(log.input);
      }
    }
    return found;
  }
}

function pathOf({ fileId, input }: RotatedLog): string | undefined {
  const isIt = (file: string) => {
    const found = unlessRefused(() => statSync(file, { throwIfNoEntry: false, bigint: true }));
    return found?.isFile() === true && fileIdOf(found) === fileId;
  };
  if (isIt(input.path)) return input.path;
  const folder = path.dirname(input.path);
  const files = unlessRefused(() => readdirSync(folder)) ?? [];
  return files.map((name) => path.join(folder, name)).find(isIt);
}

/** What the system does not show cannot be found. */
function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return undefined;
  }
}
