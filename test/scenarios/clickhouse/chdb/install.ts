import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Installs today's engine beside this file, once; nothing but the tests against it needs it. Throws where npm cannot. Without a lock
 * file, as npm refuses one that does not have the engine for every other system, and not every registry does; chdb itself names
 * the very version of its engine.
 */
export function installChdb(): void {
  if (existsSync(path.join(import.meta.dirname, 'node_modules', 'chdb'))) return;
  process.stderr.write('installing chdb (550 MB) for the tests against today’s ClickHouse …\n');
  const { status, error } = spawnSync(
    'npm',
    ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: import.meta.dirname,
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0) throw new Error(`chdb could not be installed: ${error?.message ?? `npm exit ${status}`}`);
}
