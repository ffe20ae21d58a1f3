import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';
import { sshdPath } from './sshd-path.ts';

export interface TestSshd {
  port: number;
  /** For `ssh -F` and FORESYNC_SSH_CONFIG: knows the alias, the key and the host's key. */
  configFile: string;
  /** The alias. */
  destination: string;
  /** Temporary, removed by `stop`; the login's XDG_CACHE_HOME is `cache` in it, unless `env` says otherwise. */
  folder: string;
  stop(): Promise<void>;
}

export interface TestSshdOptions {
  /** Set in every session, such as a PATH with a newer Node. */
  env?: Record<string, string>;
  /** More lines for sshd_config. */
  serverConfig?: string[];
  /** What authorized_keys runs for the key, with `restrict`, whatever is asked for. */
  forcedCommand?: string;
}

/** Starts a real sshd on a free loopback port, for the current user, with throw-away keys. Needs openssh-server. */
export async function startSshd(options: TestSshdOptions = {}): Promise<TestSshd> {
  const program = sshdPath();
  if (!program)
    throw new Error(
      'There is no sshd here: install openssh-server (test/support/setup.ts does where it may).',
    );
  // sshd insists on its empty folder when root starts it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-sshd-'));
  for (const name of ['host-key', 'user-key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, name)]);
  }
  const port = await freePort();
  writeAuthorizedKeys(folder, options.forcedCommand);
  writeServerConfig(folder, port, options);
  const configFile = writeClientConfig(folder, port);
  const child = spawn(program, ['-D', '-e', '-f', path.join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening(child);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, configFile, destination: 'foresync-test', folder, stop };
}

function writeAuthorizedKeys(folder: string, forcedCommand: string | undefined): void {
  const key = readFileSync(path.join(folder, 'user-key.pub'), 'utf8');
  const lock =
    forcedCommand === undefined ? '' : `command="${forcedCommand.replaceAll('"', '\\"')}",restrict `;
  writeFileSync(path.join(folder, 'authorized_keys'), `${lock}${key}`);
}

function writeServerConfig(
  folder: string,
  port: number,
  { env = {}, serverConfig = [] }: TestSshdOptions,
): void {
  const session = { XDG_CACHE_HOME: path.join(folder, 'cache'), ...env };
  const lines = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${folder}/host-key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'AuthenticationMethods publickey',
    'PermitRootLogin yes',
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'MaxStartups 100',
    // sshd takes the first SetEnv line alone.
    `SetEnv ${Object.entries(session)
      .map(([name, value]) => `"${name}=${value}"`)
      .join(' ')}`,
    ...serverConfig,
  ];
  writeFileSync(path.join(folder, 'sshd_config'), `${lines.join('\n')}\n`);
}

function writeClientConfig(folder: string, port: number): string {
  const hostKey = readFileSync(path.join(folder, 'host-key.pub'), 'utf8').trim();
  writeFileSync(path.join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  const lines = [
    'Host foresync-test',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${os.userInfo().username}`,
    `  IdentityFile ${folder}/user-key`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${folder}/known_hosts`,
    '  GlobalKnownHostsFile none',
    '  StrictHostKeyChecking yes',
  ];
  const file = path.join(folder, 'ssh_config');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function listening(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (!child.stderr) throw new Error('sshd was started without a pipe for its errors');
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.startsWith('Server listening')) {
      // What it says later is not wanted, but must not fill the pipe.
      child.stderr.resume();
      return;
    }
  }
  throw new Error(`sshd did not start: ${said.join('; ')}`);
}
