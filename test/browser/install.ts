import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;

export function isInstalled(): boolean {
  return existsSync(path.join(folder, 'node_modules', 'puppeteer-core'));
}

/** Installs Chromium and what steers it beside this file, once; the test of reports alone needs it. Throws where npm cannot. */
function install(): void {
  if (isInstalled()) return;
  process.stderr.write('installing Chromium (110 MB) for this test …\n');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error(`Chromium could not be installed: ${error?.message ?? `npm exit ${status}`}`);
}

if (import.meta.main) install();
