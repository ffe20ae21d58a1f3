import { spawnSync } from 'node:child_process';
import { findChromium } from './launch.ts';

const folder = import.meta.dirname;

/** Installs Chromium beside this file where this machine has none, once; the test of reports alone needs it. Throws where npm cannot. */
async function install(): Promise<void> {
  if (await findChromium()) return;
  process.stderr.write('installing Chromium (110 MB) for this test …\n');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error(`Chromium could not be installed: ${error?.message ?? `npm exit ${status}`}`);
}

if (import.meta.main) await install();
