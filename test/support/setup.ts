import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, sshdPath } from './sshd-path.ts';

/**
 * Runs before the tests (npm's `pretest`): the tests that go over ssh start a real sshd of their own, so `openssh-server`
 * is installed where it is missing and may be. Where it may not, says so; those tests then fail, none is skipped.
 */
if (!sshdPath()) {
  const refusal = installOpenssh();
  if (refusal || !sshdPath()) {
    process.stderr.write(
      `\nforesync tests: there is no sshd on this machine, and ${refusal ?? 'installing openssh-server brought none'}.\n` +
        'The tests that go over ssh will FAIL. Install the OpenSSH server (Debian: apt-get install openssh-server;\n' +
        'Fedora: dnf install openssh-server; Alpine: apk add openssh-server) and run them again. It need not be started.\n\n',
    );
  }
}

/** Returns why it could not, or undefined. */
function installOpenssh(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may install it';
  if (!findProgram('apt-get')) return 'there is no apt-get to install it with';
  process.stderr.write('foresync tests: installing openssh-server for the tests that go over ssh …\n');
  const restorePolicy = refuseServiceStarts();
  try {
    const updated = run('apt-get', ['update', '-q']);
    const installed = run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'openssh-server']);
    if (installed)
      return `apt-get failed: ${installed}${updated ? `; before, apt-get update failed: ${updated}` : ''}`;
    // The package also enables its service for the next boot; the tests need the program alone.
    if (findProgram('systemctl')) run('systemctl', ['disable', 'ssh.service', 'ssh.socket']);
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
