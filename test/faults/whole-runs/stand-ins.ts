import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StandIns } from './attempt.ts';

/** Writes the programs that take the place of ssh, and of the Node that runs agents. */
export function makeStandIns(folder: string): StandIns {
  const node = process.execPath;
  const beside = (name: string) => path.join(import.meta.dirname, name);
  const binFolder = path.join(folder, 'bin');
  mkdirSync(binFolder, { recursive: true });
  const ssh = path.join(folder, 'ssh');
  program(ssh, `unset NODE_OPTIONS\nexec '${node}' --no-warnings '${beside('ssh-stand-in.ts')}' "$@"`);
  program(
    path.join(binFolder, 'node'),
    `case $1 in */agent-*) exec '${node}' --no-warnings --import '${beside('hooks.ts')}' "$@" ;; esac\nexec '${node}' "$@"`,
  );
  return { ssh, binFolder };
}

function program(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}
