import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../../support/cli.ts';

/** The programs that take part in runs beside foresync's own. */
export interface StandIns {
  /** In the place of ssh. */
  ssh: string;
  /** Holds a `node` that loads the hooks into agents. */
  binFolder: string;
  /** What is loaded before the command. */
  hooks: string;
  writer: string;
}

/**
 * Makes them in a folder inside the project, so that packages are found. They are compiled once: a run starts a dozen processes, and
 * stripping types is half of what each of them would do.
 */
export async function makeStandIns(): Promise<StandIns> {
  const folder = path.join(projectRoot, '.foresync', 'faults', 'bin');
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: ['hooks', 'ssh-stand-in', 'writer'].map((name) =>
      path.join(import.meta.dirname, `${name}.ts`),
    ),
    ...{ outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, packages: 'external' },
    ...{ platform: 'node', format: 'esm', logLevel: 'warning' },
  });
  const compiled = (name: string) => path.join(folder, `${name}.mjs`);
  const node = process.execPath;
  const ssh = path.join(folder, 'ssh');
  program(ssh, `unset NODE_OPTIONS\nexec '${node}' '${compiled('ssh-stand-in')}' "$@"`);
  program(
    path.join(folder, 'node'),
    `case $1 in */agent-*) exec '${node}' --import '${compiled('hooks')}' "$@" ;; esac\nexec '${node}' "$@"`,
  );
  return { ssh, binFolder: folder, hooks: compiled('hooks'), writer: compiled('writer') };
}

function program(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}
