// Runs the tests of PostgreSQL stores against the newest server, and those that need one: `npm run test:postgres [FILES]`. They are apart from
// `npm test` because the server is 60 MB, and because they take the time of all its tests of PostgreSQL once more.

import { execFileSync, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/cli.ts';
import { machinePostgres, withoutPostgres } from '../support/postgres.ts';
import { installNewest, withoutNewest } from './install.ts';

const files = [
  'test/core/store/postgres/*.test.ts',
  'test/core/sync/postgres/*.test.ts',
  'test/scenarios/postgres/*.test.ts',
  'test/postgres-newer/*.scenario.ts',
];
/** They need pg_basebackup and pg_dump, which do not speak to a server that is newer than they are; the package has none. */
const filesWithClients = ['test/core/sync/postgres/standbys.test.ts', 'test/faults/postgres.long.ts'];

/** Throws where a pattern finds none: what is moved must not fall out of the suite. */
function filesLike(pattern: string): string[] {
  const found = globSync(pattern, { cwd: projectRoot });
  if (found.length === 0) throw new Error(`there is no ${pattern}`);
  return found;
}

/** All that this machine's clients can run against a server of these programs. */
function filesFor(programs: string): string[] {
  const version = (program: string) =>
    Number(/ (\d+)\./.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1]);
  const [clients, server] = [
    version(path.join(machinePostgres() ?? '', 'pg_dump')),
    version(path.join(programs, 'postgres')),
  ];
  const others = files.flatMap(filesLike).filter((file) => !filesWithClients.includes(file));
  if (clients >= server) return [...others, ...filesWithClients.flatMap(filesLike)];
  process.stdout.write(
    `Left out, as clients of version ${clients} do not speak to a server of ${server}: ${filesWithClients.join(', ')}.\n`,
  );
  return others;
}

const skip = withoutNewest || withoutPostgres;
if (skip) {
  process.stdout.write(`Nothing was run: ${skip}.\n`);
} else {
  const named = process.argv.slice(2);
  const programs = installNewest();
  const run = named.length > 0 ? named : filesFor(programs);
  const { status } = spawnSync(
    process.execPath,
    ['--import', './test/support/tsx.ts', '--test', '--test-concurrency=2', '--test-timeout=300000', ...run],
    {
      cwd: projectRoot,
      stdio: 'inherit',
      env: { ...process.env, FORESYNC_POSTGRES_BIN: programs },
    },
  );
  process.exitCode = status ?? 1;
}
