import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBehind } from './built.ts';
import { findProgram } from './sshd-path.ts';

interface Server {
  program: string;
  /** Debian's. */
  packageName: string;
  services: string[];
  tests: string;
}

/**
 * Runs before the tests (npm's `pretest`). They start foresync as it is built, so it is built anew where a source has changed since. They start
 * real servers of their own, so those are installed where they are missing and may be. Where one may not, says so; its tests then fail, none is skipped.
 */
const servers: Server[] = [
  {
    program: 'sshd',
    packageName: 'openssh-server',
    services: ['ssh.service', 'ssh.socket'],
    tests: 'tests that go over ssh',
  },
  {
    program: 'clickhouse-server',
    packageName: 'clickhouse-server',
    services: ['clickhouse-server.service'],
    tests: 'tests with tables at ClickHouse',
  },
];

const root = join(import.meta.dirname, '../..');
if (isBehind(root)) {
  process.stderr.write('foresync tests: building it anew, as sources have changed …\n');
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const missing = servers.filter(({ program }) => !findProgram(program));
const refusal = missing.length > 0 ? install(missing) : undefined;
for (const { program, packageName, tests } of missing) {
  if (findProgram(program)) continue;
  process.stderr.write(
    `\nforesync tests: there is no ${program} on this machine, and ${refusal ?? `installing ${packageName} brought none`}.\n` +
      `The ${tests} will FAIL. Install it (Debian: apt-get install ${packageName}) and run them again. It need not be started.\n\n`,
  );
}

/** Returns why it could not, or undefined. */
function install(wanted: readonly Server[]): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may install it';
  if (!findProgram('apt-get')) return 'there is no apt-get to install it with';
  const names = wanted.map(({ packageName }) => packageName);
  process.stderr.write(`foresync tests: installing ${names.join(' and ')} for the tests …\n`);
  const restorePolicy = refuseServiceStarts();
  try {
    const updated = run('apt-get', ['update', '-q']);
    const installed = run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names]);
    if (installed)
      return `apt-get failed: ${installed}${updated ? `; before, apt-get update failed: ${updated}` : ''}`;
    // The packages also enable their services for the next boot; the tests need the programs alone.
    if (findProgram('systemctl'))
      run('systemctl', ['disable', ...wanted.flatMap(({ services }) => services)]);
    return undefined;
  } finally {
    restorePolicy();
  }
}

/** Debian's invoke-rc.d asks this program before it starts a service; 101 forbids it. An existing policy is left alone. */
function refuseServiceStarts(): () => void {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => undefined;
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  return () => rmSync(policy, { force: true });
}

/** Returns the last line of its errors where it failed. */
function run(program: string, args: string[]): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit ${status}`;
}
