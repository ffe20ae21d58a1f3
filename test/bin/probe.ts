import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, runJs } from '../support/cli.ts';
import { ownNodePackage } from '../support/own-node.ts';

/** A package with the real bin/run.js around a tiny program, which tells how it was started. */
export interface Probe extends Disposable {
  root: string;
  run: string;
}

/**
 * What run.js starts in place of foresync. Prints its circumstances as JSON, then does what the first argument says:
 * `exit N`, `die SIGNAL`, or `wait`: for SIGUSR2 it exits with 42, other signals act as they do by default.
 */
const program = `
export async function main(args) {
  const { NODE_ENV, FORCE_COLOR, FORESYNC_STARTED_BY } = process.env;
  const env = { NODE_ENV, FORCE_COLOR, FORESYNC_STARTED_BY };
  process.on('SIGUSR2', () => process.exit(42));
  console.log(JSON.stringify({ pid: process.pid, version: process.version, args, env }));
  const [what, value] = args;
  if (what === 'exit') process.exitCode = Number(value);
  if (what === 'die') process.kill(process.pid, value);
  if (what === 'die' || what === 'wait') setInterval(() => {}, 1000);
}
`;

export interface ProbeReport {
  pid: number;
  version: string;
  args: string[];
  env: Record<string, string | undefined>;
}

/** `node` is the binary that plays the Node which the package brings; without one it brings none. */
export function makeProbe(options: { node?: string; built?: boolean } = {}): Probe {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "foresync probe's ")));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  copyFileSync(runJs, join(root, 'bin/run.js'));
  if (options.built !== false) {
    mkdirSync(join(root, 'dist/cli'), { recursive: true });
    writeFileSync(join(root, 'dist/cli/main.js'), program);
  }
  if (options.node) bringNode(join(root, 'node_modules'), options.node);
  return {
    root,
    run: join(root, 'bin/run.js'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Puts `node` where npm puts the platform's package. */
export function bringNode(nodeModules: string, node: string): void {
  const folder = join(nodeModules, ownNodePackage(), 'bin');
  mkdirSync(folder, { recursive: true });
  symlinkSync(node, join(folder, 'node'));
}

export const ownNode = join(projectRoot, 'node_modules', ownNodePackage(), 'bin/node');
