import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { localMachine, type ProbedHost } from '../../../src/core/transport/agent-host.ts';
import { AgentProcess } from '../../../src/core/transport/agent-process.ts';
import { bootstrapScript, remoteCommand } from '../../../src/core/transport/bootstrap.ts';
import { addonFile, describeCargo } from '../../../src/core/transport/cargo.ts';
import { connectAgent } from '../../../src/core/transport/connect.ts';
import { RemoteShell } from '../../../src/core/transport/remote-shell.ts';
import { spawnWithExeca } from '../../../src/core/transport/spawn-with-execa.ts';
import { findProgram } from '../../support/sshd-path.ts';
import { fakeAgent } from './fake-agent.ts';

const agent = fakeAgent();
const never = new AbortController().signal;
const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-bootstrap-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for ssh: hands the remote command to a login shell of this machine, as sshd would. */
const fakeSsh = program(
  path.join(folder, 'ssh'),
  'for last; do :; done\nPATH=$REMOTE_PATH exec $REMOTE_SHELL -c "$last"',
);
const ourNode = path.dirname(process.execPath);

test('the remote command is one line that no shell reads otherwise', () => {
  assert.match(remoteCommand, /^exec sh -c '[^'!\\\n]+'$/);
  assert.ok(!bootstrapScript.includes(0));
});

describe('the bootstrap script starts an agent', () => {
  for (const shell of ['sh', 'bash', 'dash', 'zsh', 'fish', 'tcsh', 'ksh']) {
    test(`through the login shell ${shell}`, async (t) => {
      if (!findProgram(shell)) return t.skip(`there is no ${shell} on this machine`);
      const remote = remoteHost(shell, { shell: findProgram(shell) ?? shell });
      assert.deepEqual(await started(remote), ['the agent', 'SQLite']);
      assert.deepEqual(await started(remote), []);
    });
  }

  for (const shell of ['bash', 'dash']) {
    test(`with ${shell} as its sh`, async (t) => {
      const file = findProgram(shell);
      if (!file) return t.skip(`there is no ${shell} on this machine`);
      const bin = path.join(folder, `${shell}-as-sh`);
      mkdirSync(bin);
      symlinkSync(file, path.join(bin, 'sh'));
      assert.deepEqual(
        await started(remoteHost(`as-${shell}`, { path: [bin, ourNode, '/usr/bin', '/bin'] })),
        ['the agent', 'SQLite'],
      );
    });
  }

  test('with nothing but busybox, whose head reads ahead', async (t) => {
    const busybox = findProgram('busybox');
    if (!busybox) return t.skip('there is no busybox on this machine');
    const bin = path.join(folder, 'busybox');
    mkdirSync(bin);
    const applets =
      'sh head gzip mktemp mkdir chmod rm mv cat cut id df uname touch find sha256sum ls env'.split(' ');
    for (const name of applets) symlinkSync(busybox, path.join(bin, name));
    symlinkSync(process.execPath, path.join(bin, 'node'));
    assert.deepEqual(await started(remoteHost('busybox-host', { path: [bin], shell: `${bin}/sh` })), [
      'the agent',
      'SQLite',
    ]);
  });
});

describe('the bootstrap script', { timeout: 60_000 }, () => {
  test('keeps its cache folder to the login, and out of a planted link', async () => {
    const remote = remoteHost('planted');
    mkdirSync(remote.XDG_CACHE_HOME);
    mkdirSync(path.join(folder, 'elsewhere'));
    symlinkSync(path.join(folder, 'elsewhere'), path.join(remote.XDG_CACHE_HOME, 'foresync'));
    const { shell, process } = open(remote);
    const { cacheFolder } = await probed(shell);
    const second = `/var/tmp/foresync-${os.userInfo().uid}`;
    assert.equal(cacheFolder, second);
    await process.close();
    if (readdirSync(second).length === 0) rmdirSync(second);
    assert.deepEqual(readdirSync(path.join(folder, 'elsewhere')), []);
  });

  test('says no to content that is not what was announced, and goes on', async () => {
    const remote = remoteHost('corrupt');
    const { shell, process } = open(remote);
    const { cacheFolder } = await probed(shell);
    const cargo = await describeCargo('agent', agent);
    await assert.rejects(shell.put({ ...cargo, sha256: '0'.repeat(64) }), {
      kind: 'io',
      code: 'upload-failed',
    });
    assert.deepEqual(readdirSync(cacheFolder), []);
    await shell.put(cargo);
    assert.deepEqual(readdirSync(cacheFolder), [cargo.name]);
    await process.close();
  });

  test('takes a failed upload to its end, so that none of it is run', async () => {
    const bin = path.join(folder, 'full-disk');
    mkdirSync(bin);
    program(path.join(bin, 'gzip'), 'echo "gzip: No space left on device" >&2; exit 1');
    const { shell, process } = open(remoteHost('full', { path: [bin, ourNode, '/usr/bin', '/bin'] }));
    await shell.probe('ssh');
    const cargo = await describeCargo('addon', addonFile(localMachine()));
    await assert.rejects(shell.put(cargo), { code: 'upload-failed', message: /No space left on device/ });
    const missing = await shell.run({ node: undefined, agent: cargo, addon: cargo });
    assert.deepEqual(missing, [cargo.name, cargo.name]);
    await process.close();
  });

  test('leaves nothing of an upload that breaks off', async () => {
    const { shell, process } = open(remoteHost('cut'));
    const { cacheFolder } = await probed(shell);
    process.input.end(`put agent-x.cjs 1000 ${'0'.repeat(64)}\nnot all of it`);
    await process.exited;
    assert.deepEqual(readdirSync(cacheFolder), []);
    await process.close();
  });

  test('removes what nobody used for a month, and nothing else', async () => {
    const remote = remoteHost('old');
    await started(remote);
    const cache = path.join(remote.XDG_CACHE_HOME, 'foresync');
    const current = readdirSync(cache);
    const old = new Date(Date.now() - 32 * 86_400_000);
    for (const name of ['agent-old.cjs', 'node-old', 'tmp.old', 'of-somebody-else'])
      writeFileSync(path.join(cache, name), '');
    for (const name of readdirSync(cache)) utimesSync(path.join(cache, name), old, old);
    assert.deepEqual(await started(remote), []);
    assert.deepEqual(readdirSync(cache).sort(), [...current, 'of-somebody-else'].sort());
  });
});

describe('a host is refused', () => {
  const refused = (remote: RemoteHost) =>
    connectAgent({ kind: 'ssh', destination: 'h' }, { signal: never, agent, env: remote });

  test('where no Node runs, before anything is sent', async () => {
    const bin = path.join(folder, 'sparc');
    mkdirSync(bin);
    program(path.join(bin, 'uname'), 'echo SunOS');
    program(path.join(bin, 'node'), 'exit 1');
    const remote = remoteHost('sparc-host', { path: [bin, '/usr/bin', '/bin'] });
    await assert.rejects(refused(remote), {
      code: 'no-runtime',
      message: /^h has no Node, .* the host is SunOS SunOS/,
    });
    assert.deepEqual(readdirSync(path.join(remote.XDG_CACHE_HOME, 'foresync')), []);
  });

  test('where there is no space, with figures', async () => {
    const bin = path.join(folder, 'small-disk');
    mkdirSync(bin);
    program(
      path.join(bin, 'df'),
      'echo "Filesystem 1024-blocks Used Available Capacity Mounted on\n//nas/my share 9 9 1000 99% /x"',
    );
    const remote = remoteHost('small', { path: [bin, ourNode, '/usr/bin', '/bin'] });
    await assert.rejects(refused(remote), {
      kind: 'io',
      code: 'no-space',
      message: /^h has 1000(?:\.0)? KiB free in .* need \d\.\d MiB\.$/,
    });
  });

  test('where the login gives no shell', async () => {
    const nologin = program(
      path.join(folder, 'nologin'),
      'echo "This account is currently not available."; exit 1',
    );
    await assert.rejects(refused(remoteHost('nologin-host', { shell: nologin })), {
      kind: 'unreachable',
      code: 'host-no-shell',
    });
  });

  test('where the agent fails, with its last words', async () => {
    const remote = { ...remoteHost('failing'), FAKE_AGENT_FAILS: '1' };
    await assert.rejects(refused(remote), {
      code: 'agent-failed',
      message: /\(exit 3\): fake agent: cannot go on\.$/,
    });
  });
});

type RemoteHost = NodeJS.ProcessEnv & { XDG_CACHE_HOME: string };

function remoteHost(
  name: string,
  { shell = '/bin/sh', path: bins = [ourNode, '/usr/bin', '/bin'] } = {},
): RemoteHost {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    FORESYNC_SSH: fakeSsh,
    REMOTE_SHELL: shell,
    REMOTE_PATH: bins.join(':'),
    XDG_CACHE_HOME: path.join(folder, `cache ${name}`),
  };
}

/** Connects and closes; returns what had to be brought. */
async function started(remote: RemoteHost): Promise<string[]> {
  const brought: string[] = [];
  const onProgress = (text: string) => brought.push(/^bringing (.*) to h /.exec(text)?.[1] ?? text);
  const channel = await connectAgent(
    { kind: 'ssh', destination: 'h' },
    { signal: never, agent, env: remote, onProgress },
  );
  await channel.close();
  assert.deepEqual(await channel.exited, { code: 0, signal: undefined, stderrTail: '' });
  return brought;
}

function open(remote: RemoteHost): { shell: RemoteShell; process: AgentProcess } {
  const process = new AgentProcess(
    spawnWithExeca(fakeSsh, [remoteCommand], { env: remote, ownSession: false }),
  );
  return { shell: new RemoteShell(process, { host: 'h', signal: never, onMove: () => undefined }), process };
}

async function probed(shell: RemoteShell): Promise<ProbedHost> {
  const host = await shell.probe('ssh');
  assert.ok(host !== 'locked');
  return host;
}

function program(file: string, lines: string): string {
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}
