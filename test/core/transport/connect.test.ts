import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseHost } from '../../../src/core/group/host.ts';
import type { Spawn } from '../../../src/core/transport/agent-process.ts';
import { type AgentChannel, type ConnectOptions, connectAgent } from '../../../src/core/transport/connect.ts';
import { spawnWithExeca } from '../../../src/core/transport/spawn-with-execa.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { fakeAgent } from './fake-agent.ts';

const agent = fakeAgent();
const local = { kind: 'local' } as const;

describe('a local agent', () => {
  test('runs in our own Node and echoes', async () => {
    const channel = await connectAgent(local, options());
    assert.equal(channel.host.nodeVersion, process.version);
    assert.equal(channel.host.arch, process.arch);
    assert.equal(await echo(channel, 'hello\0\xff'), 'hello\0\xff');
    await channel.close();
    await channel.close();
    assert.deepEqual(await channel.exited, { code: 0, signal: undefined, stderrTail: '' });
  });

  test('that ends before its first line is reported with its last words', async () => {
    const env = { ...process.env, FAKE_AGENT_FAILS: '1' };
    await assert.rejects(connectAgent(local, options({ env })), {
      kind: 'protocol',
      code: 'agent-failed',
      message: 'The agent at local ended (exit 3): fake agent: cannot go on.',
    });
  });

  test('is ended by the signal', async () => {
    const stop = new AbortController();
    const channel = await connectAgent(local, options({ signal: stop.signal }));
    stop.abort();
    assert.equal((await channel.exited).signal, 'SIGTERM');
    await channel.close();
    await assert.rejects(connectAgent(local, options({ signal: stop.signal })), { name: 'AbortError' });
  });

  test('whose program is not there is reported', async () => {
    const spawn: Spawn = (_, args, settings) => spawnWithExeca('/nowhere/node', args, settings);
    await assert.rejects(connectAgent(local, options({ spawn })), {
      code: 'agent-failed',
      message: /ENOENT/,
    });
  });
});

describe('an agent over a real sshd', { timeout: 60_000 }, () => {
  let sshd: TestSshd;
  const cacheFolder = () => path.join(sshd.folder, 'cache', 'foresync');
  const host = () => parseHost(sshd.destination);
  const through = (changes: Partial<ConnectOptions> & { configFile?: string } = {}) => {
    const { configFile = sshd.configFile, ...rest } = changes;
    return options({ env: { ...process.env, FORESYNC_SSH_CONFIG: configFile }, interactive: false, ...rest });
  };

  // So that our Node must be brought along, whatever this machine has.
  const oldNodeFolder = mkdtempSync(path.join(os.tmpdir(), 'foresync-old-node-'));
  writeFileSync(path.join(oldNodeFolder, 'node'), '#!/bin/sh\necho v20.20.2 x64\n', { mode: 0o755 });

  before(async () => {
    sshd = await startSshd({
      env: { PATH: `${oldNodeFolder}:/usr/bin:/bin` },
      serverConfig: [`ForceCommand echo "Welcome!"; printf "no newline"; sh -c "$SSH_ORIGINAL_COMMAND"`],
    });
  });
  after(async () => {
    await sshd.stop();
    rmSync(oldNodeFolder, { recursive: true });
  });

  test('brings Node, SQLite and itself along once, side by side, behind noise', async () => {
    const first = await Promise.all([connectAgent(host(), through()), connectAgent(host(), through())]);
    for (const channel of first) {
      assert.equal(channel.host.nodeVersion, process.version);
      assert.equal(channel.host.cacheFolder, cacheFolder());
      assert.equal(await echo(channel, 'a\0b'), 'a\0b');
      await channel.close();
      assert.equal((await channel.exited).code, 0);
    }
    const names = readdirSync(cacheFolder()).map((name) => name.replace(/[0-9a-f]{16}/, 'SHA'));
    const ourNode = `node-${process.version}-${statSync(process.execPath).size}`;
    assert.deepEqual(names.sort(), ['addon-SHA.node', 'agent-SHA.cjs', ourNode]);

    const sent: string[] = [];
    const again = await connectAgent(host(), through({ onProgress: (text) => sent.push(text) }));
    assert.deepEqual(sent, []);
    await again.close();
  });

  test('keeps running when ctrl-C reaches ssh', async () => {
    const shellSaysPid = 'echo $$ >&2; exec "$@"';
    const spawn: Spawn = (program, args, settings) =>
      spawnWithExeca('/bin/sh', ['-c', shellSaysPid, 'sh', program, ...args], settings);
    const channel = await connectAgent(host(), through({ spawn }));
    process.kill(Number.parseInt(channel.stderrTail(), 10), 'SIGINT');
    assert.equal(await echo(channel, 'still here'), 'still here');
    await channel.close();
    assert.equal((await channel.exited).code, 0);
  });

  test('is ended by the signal', async () => {
    const stop = new AbortController();
    const channel = await connectAgent(host(), through({ signal: stop.signal }));
    stop.abort(new Error('enough'));
    const { code, signal } = await channel.exited;
    assert.ok(code !== 0 || signal !== undefined);
    const why = await channel.whyEnded();
    assert.ok(['host-unreachable', 'agent-failed'].includes(why.code));
    await channel.close();
  });

  test('is unreachable where nobody listens', async () => {
    const closed = readFileSync(sshd.configFile, 'utf8').replace(/Port \d+/, 'Port 1');
    await assert.rejects(connectAgent(host(), through({ configFile: variant('closed', closed) })), {
      kind: 'unreachable',
      code: 'host-unreachable',
      message: /^Cannot reach foresync-test: .*refused\.$/,
    });
  });

  test('is denied with the wrong key', async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(sshd.folder, 'wrong-key')]);
    const wrong = readFileSync(sshd.configFile, 'utf8').replace('/user-key', '/wrong-key');
    await assert.rejects(connectAgent(host(), through({ configFile: variant('wrong', wrong) })), {
      kind: 'permission',
      code: 'ssh-denied',
    });
  });

  test('is not trusted with an unknown or a changed host key', async () => {
    const config = readFileSync(sshd.configFile, 'utf8');
    const knownHosts = readFileSync(path.join(sshd.folder, 'known_hosts'), 'utf8');
    const otherKey = readFileSync(path.join(sshd.folder, 'user-key.pub'), 'utf8');
    for (const [name, known, said] of [
      ['unknown', '', /is not known/],
      ['changed', `${knownHosts.split(' ')[0]} ${otherKey}`, /has changed/],
    ] as const) {
      const file = variant(`${name}-hosts`, known);
      const configFile = variant(name, config.replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${file}`));
      await assert.rejects(connectAgent(host(), through({ configFile })), {
        kind: 'unreachable',
        code: 'host-key',
        message: said,
      });
    }
  });

  test('needs an ssh program', async () => {
    const env = { ...process.env, FORESYNC_SSH: '/nowhere/ssh' };
    await assert.rejects(connectAgent(host(), options({ env })), {
      kind: 'unreachable',
      code: 'ssh-missing',
    });
  });

  function variant(name: string, text: string): string {
    const file = path.join(sshd.folder, name);
    writeFileSync(file, text);
    return file;
  }
});

test('a destination that ssh could take for an option is none', () => {
  for (const text of ['-oProxyCommand=touch /tmp/x', '-l', ' h', 'h;id', 'h\n', '$(id)', "h'", 'h id']) {
    assert.throws(() => parseHost(text), { kind: 'usage', code: 'host-invalid' });
  }
});

function options(changes: Partial<ConnectOptions> = {}): ConnectOptions {
  return { signal: new AbortController().signal, agent, ...changes };
}

/** Sends a text of Latin-1 characters and waits until as many bytes have come back. */
async function echo({ input, output }: AgentChannel, text: string): Promise<string> {
  input.write(Buffer.from(text, 'latin1'));
  let heard = '';
  while (heard.length < text.length) {
    const chunk: Buffer | null = output.read();
    if (chunk) heard += chunk.toString('latin1');
    else if (output.readableEnded) throw new Error(`it ended after '${heard}'`);
    else await Promise.race([once(output, 'readable'), once(output, 'end')]);
  }
  return heard;
}
