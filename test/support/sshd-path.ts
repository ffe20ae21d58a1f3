import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The absolute path of a program, or undefined. Looks into the system's folders too, which a user's PATH may lack. */
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/sbin',
  ];
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

/** sshd refuses to start unless it is called by its absolute path. */
export function sshdPath(): string | undefined {
  return findProgram('sshd');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
