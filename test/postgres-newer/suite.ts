// Runs the tests of PostgreSQL stores against the newest server, and those that need one: `npm run test:postgres [FILES]`. They are apart from
// `npm test` because the server is 60 MB, and because they take the time of all its tests of PostgreSQL once more.

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { projectRoot } from '../support/cli.ts';
import { withoutPostgres } from '../support/postgres.ts';
import { installNewest, withoutNewest } from './install.ts';

const files = [
  'test/core/store/postgres/*.test.ts',
  'test/core/sync/postgres/*.test.ts',
  'test/scenarios/postgres/*.test.ts',
  'test/faults/postgres.long.ts',
  'test/postgres-newer/*.scenario.ts',
];

/** Throws where a pattern finds none: what is moved must not fall out of the suite. */
function filesLike(pattern: string): string[] {
  const found = globSync(pattern, { cwd: projectRoot });
  if (found.length === 0) throw new Error(`there is no ${pattern}`);
  return found;
}

const skip = withoutNewest || withoutPostgres;
if (skip) {
  process.stdout.write(`Nothing was run: ${skip}.\n`);
} else {
  const named = process.argv.slice(2);
  const run = named.length > 0 ? named : files.flatMap(filesLike);
  const { status } = spawnSync(
    process.execPath,
    ['--import', './test/support/tsx.ts', '--test', '--test-concurrency=2', '--test-timeout=300000', ...run],
    {
      cwd: projectRoot,
      stdio: 'inherit',
      env: { ...process.env, FORESYNC_POSTGRES_BIN: installNewest() },
    },
  );
  process.exitCode = status ?? 1;
}
