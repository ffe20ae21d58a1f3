import { realpathSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { printable } from '../text.ts';
import type { Params, RequestType } from './protocol.ts';
import { type Role, requestRoles } from './roles.ts';

/** What an agent behind a forced command is locked to. */
export interface Lock {
  role: Role;
  /** Absolute path of the only database file; undefined for any. */
  store: string | undefined;
  table: string;
}

type Named = Partial<Params<'donor.open'> & Params<'joiner.look'> & Params<'joiner.open'>>;

/**
 * Checks a request against a lock, before anything is done for it, and gives the parameters to work with: the store is
 * then the lock's own path, whatever way led to it. Throws `permission`, `agent-locked`.
 *
 * The `stores` of `joiner.look` and `place.look` are let through: of a file that is not the locked one they tell nothing, and without them
 * a joiner could be built in a donor's place.
 */
export function admit<T extends RequestType>(lock: Lock, type: T, params: Params<T>): Params<T> {
  if (!requestRoles[type].includes(lock.role)) throw refusal(lock, `'${type}' is refused`);
  const { path: file, table, shape } = params as Named;
  for (const name of [table, shape?.name])
    if (name !== undefined && name.toLowerCase() !== lock.table.toLowerCase())
      throw refusal(lock, `the table ${printable(name)} is refused`);
  if (file === undefined || lock.store === undefined) return params;
  if (realPlace(file) !== realPlace(lock.store))
    throw refusal(lock, `the file ${printable(file)} is refused`);
  return { ...params, path: lock.store };
}

/** Where a path leads, links followed; a file that does not exist yet is looked for in its folder. */
function realPlace(file: string): string {
  if (file.includes('\0')) return '';
  try {
    return realpathSync(file);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') return path.resolve(file);
    const folder = path.dirname(path.resolve(file));
    return folder === path.resolve(file) ? folder : path.join(realPlace(folder), path.basename(file));
  }
}

function refusal({ role, table }: Lock, what: string): ForesyncError {
  return new ForesyncError(
    'permission',
    'agent-locked',
    `The agent there is locked to the table ${printable(table)} as a ${role}: ${what}.`,
    { hint: "What it is locked to stands in authorized_keys there, in the command 'foresync agent'." },
  );
}
