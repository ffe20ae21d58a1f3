import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Installs DuckDB beside this file, once; nothing but benches needs it. Throws where npm cannot. */
export function installDuckDb(): void {
  if (existsSync(path.join(import.meta.dirname, 'node_modules', '@duckdb', 'node-api'))) return;
  process.stderr.write('installing DuckDB (70 MB) for this bench …\n');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error(`DuckDB could not be installed: ${error?.message ?? `npm exit ${status}`}`);
}
