import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../../errors.ts';
import { printable } from '../../text.ts';

/** Where libpq's files are looked for. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** The name of the system's user. */
  user: string;
}

/** What a service file says of a service, by libpq's parameter names. Throws `config` where no file has it. */
export function readService(name: string, { env, home }: Surroundings): Record<string, string> {
  const files = [
    env.PGSERVICEFILE ?? path.join(home, '.pg_service.conf'),
    ...(env.PGSYSCONFDIR ? [path.join(env.PGSYSCONFDIR, 'pg_service.conf')] : []),
    '/etc/postgresql-common/pg_service.conf',
  ];
  for (const file of files) {
    const found = serviceIn(textOf(file) ?? '', name);
    if (found) return found;
  }
  throw new ForesyncError('config', 'service-missing', `No service file has a service ${printable(name)}.`, {
    hint: `It is looked for in ${printable(files[0] ?? '')} at the host of the store.`,
  });
}

function serviceIn(text: string, name: string): Record<string, string> | undefined {
  let found: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) return found;
      if (line === `[${name}]`) found = {};
      continue;
    }
    const [key = '', value = ''] = line.split(/=(.*)/s);
    if (found && key !== '') found[key.trim()] ??= value.trim();
  }
  return found;
}

/**
 * The password of the first line of a password file that fits. As with libpq, a file that others may read is ignored, and a socket goes by
 * `localhost`.
 */
export function readPassword(
  wanted: { host: string; port: number; database: string; user: string },
  file: string,
): string | undefined {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o077) !== 0) return undefined;
  const host = wanted.host.startsWith('/') ? 'localhost' : wanted.host;
  const known = [host, String(wanted.port), wanted.database, wanted.user];
  for (const line of (textOf(file) ?? '').split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [hostField, port, database, user, password] = fieldsOf(line);
    if (password === undefined) continue;
    if ([hostField, port, database, user].every((field, index) => field === '*' || field === known[index]))
      return password;
  }
  return undefined;
}

/** Fields are told apart by colons, and a backslash takes the next character as it is. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    if (character === '\\' && at + 1 < line.length) field += line[++at];
    else if (character !== ':' || fields.length === 4) field += character;
    else {
      fields.push(field);
      field = '';
    }
  }
  return [...fields, field];
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'EACCES') return undefined;
    throw error;
  }
}
