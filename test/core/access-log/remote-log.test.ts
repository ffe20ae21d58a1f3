import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { assignLogs } from '../../../src/core/access-log/assign-logs.ts';
import { findGroupLogs } from '../../../src/core/access-log/find-logs.ts';
import { loadGroup } from '../../../src/core/group/config.ts';
import { type IngestReport, ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';
import type { Spawn } from '../../../src/core/transport/agent-process.ts';
import { spawnWithExeca } from '../../../src/core/transport/spawn-with-execa.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const root = mkdtempSync(path.join(tmpdir(), 'foresync-remote-log-'));
let sshd: TestSshd;
before(async () => {
  sshd = await startSshd();
});
after(async () => {
  await sshd.stop();
  rmSync(root, { recursive: true, force: true });
});

const t0 = 1_700_000_040_000;
const header = 'time,op,key,size\n';
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${t0 + (from + i) * 1000},read,key${(from + i) % 50},10\n`,
  ).join('');
const freshFolder = () => mkdtempSync(path.join(root, 'f-'));

interface Traffic {
  connections: number;
  bytes: number;
}

/** Counts what comes through ssh. */
function countedSpawn(traffic: Traffic): Spawn {
  return (...args) => {
    traffic.connections++;
    const started = spawnWithExeca(...args);
    const stdout = new PassThrough();
    started.stdout.on('data', (chunk: Buffer) => {
      traffic.bytes += chunk.length;
    });
    return { ...started, stdout: started.stdout.pipe(stdout) };
  };
}

interface Setup {
  configFile?: string;
  env?: NodeJS.ProcessEnv;
}

const optionsOf = (traffic: Traffic, { configFile = sshd.configFile, env }: Setup = {}) => ({
  env: { ...process.env, FORESYNC_SSH_CONFIG: configFile, ...env },
  interactive: false,
  spawn: countedSpawn(traffic),
});

const remote = (...parts: string[]) => `foresync-test:${path.join(...parts)}`;

async function analyze(
  state: StateFile,
  names: string[],
  setup?: Setup,
): Promise<IngestReport & { events: number; traffic: Traffic }> {
  const traffic = { connections: 0, bytes: 0 };
  const logs = await assignLogs(names, undefined, 'r', optionsOf(traffic, setup));
  const report = await ingestLogs(state, logs, {});
  return { ...report, events: report.files.reduce((sum, file) => sum + file.events, 0), traffic };
}

async function withState<T>(use: (state: StateFile) => Promise<T>): Promise<T> {
  const state = openState(path.join(freshFolder(), 'state.db'));
  try {
    return await use(state);
  } finally {
    state.close();
  }
}

const historyOf = (state: StateFile) => {
  const history = openHistory(state);
  return { summary: history.summary(), series: [...history.series()] };
};

test('a log at another host gives the history that it gives here, and travels compressed', async () => {
  const file = path.join(freshFolder(), 'access.csv');
  writeFileSync(file, header + lines(0, 30_000));
  const there = await withState(async (state) => {
    const { files, traffic } = await analyze(state, [remote(file)]);
    assert.deepEqual([files[0]?.path, files[0]?.state], [remote(file), 'new']);
    assert.deepEqual(traffic.connections, 2);
    assert.ok(traffic.bytes < readFileSync(file).length / 3, String(traffic.bytes));
    return historyOf(state);
  });
  const here = await withState(async (state) => {
    await ingestLogs(state, [{ path: file, replica: 'r' }], {});
    return historyOf(state);
  });
  assert.deepEqual(there, here);
});

test('a second run brings only what is new, and of an unchanged log its head', () =>
  withState(async (state) => {
    const file = path.join(freshFolder(), 'access.csv');
    writeFileSync(file, header + lines(0, 100_000));
    const packed = path.join(freshFolder(), 'access.log.2.gz');
    writeFileSync(
      packed,
      gzipSync(
        Array.from({ length: 40_000 }, (_, i) => `${t0 + i},get,${randomBytes(9).toString('hex')}\n`).join(
          '',
        ),
      ),
    );
    const first = await analyze(state, [remote(file), remote(packed)]);
    assert.equal(first.events, 140_000);
    const second = await analyze(state, [remote(file), remote(packed)]);
    assert.deepEqual(
      second.files.map((log) => log.state),
      ['unchanged', 'unchanged'],
    );
    assert.equal(second.traffic.connections, 1);
    appendFileSync(file, `${lines(100_000, 100_003)}${t0},read,par`);
    const third = await analyze(state, [remote(file)]);
    assert.deepEqual([third.files[0]?.state, third.events, third.traffic.connections], ['grown', 4, 2]);
    assert.ok(
      third.traffic.bytes < first.traffic.bytes / 10,
      `${third.traffic.bytes} of ${first.traffic.bytes}`,
    );
    // As with local files: the rest of a line that was read in flight is passed over.
    appendFileSync(file, `tial,10\n${lines(100_003, 100_005)}`);
    assert.equal((await analyze(state, [remote(file)])).events, 2);
  }));

for (const count of [300, 20_000]) {
  test(`compressed logs are sent as they are, and known again after rotation (${count} lines)`, () =>
    withState(async (state) => {
      const folder = freshFolder();
      const text = (n: number) =>
        Array.from(
          { length: count },
          (_, i) => `${t0 + i * 10},get,${n}${randomBytes(9).toString('hex')}\n`,
        ).join('');
      const texts = [text(0), text(1), text(2), text(3)] as const;
      writeFileSync(path.join(folder, 'a.gz'), gzipSync(texts[0]));
      writeFileSync(path.join(folder, 'b.zst'), zstdCompressSync(texts[1]));
      writeFileSync(path.join(folder, 'c.br'), brotliCompressSync(texts[2]));
      writeFileSync(path.join(folder, 'd.csv'), texts[3]);
      const all = remote(folder, '*');
      const first = await analyze(state, [all]);
      assert.deepEqual(
        first.files.map(({ compression, events }) => [compression, events]),
        [
          ['gzip', count],
          ['zstd', count],
          ['brotli', count],
          ['none', count],
        ],
      );
      const again = await analyze(state, [all]);
      assert.deepEqual([again.events, again.traffic.connections], [0, 1]);
      copyFileSync(path.join(folder, 'd.csv'), path.join(folder, 'd.csv.1'));
      truncateSync(path.join(folder, 'd.csv'));
      writeFileSync(path.join(folder, 'd.csv.2.gz'), gzipSync(texts[3]));
      renameSync(path.join(folder, 'a.gz'), path.join(folder, 'e.gz'));
      appendFileSync(path.join(folder, 'd.csv'), lines(50_000, 50_007));
      assert.equal((await analyze(state, [all])).events, 7);
    }));
}

test('paths of any characters are read, and nothing in them is run', () =>
  withState(async (state) => {
    const folder = freshFolder();
    const marker = path.join(folder, 'ran');
    const names = [
      'with  two spaces',
      `it's "quoted"`,
      `$(touch ${marker.replaceAll('/', '_')})`,
      `\`touch x\``,
      ';touch x;',
      'new\nline',
      'ends with newline\n',
      '-rf',
      '--help',
      '[a]*?',
      'back\\slash\\0057',
      '%s%n',
      'ünïcode\u001b[31m',
    ];
    for (const [index, name] of names.entries())
      writeFileSync(path.join(folder, name), lines(index * 10, index * 10 + 1));
    const read = await analyze(
      state,
      names.map((name) => remote(folder, name)),
    );
    assert.equal(read.events, names.length);
    assert.deepEqual(
      read.files.map((file) => file.path),
      names.map((name) => remote(folder, name)),
    );
    assert.equal((await analyze(state, [remote(folder, '*')])).files.length, names.length);
    // Relative paths begin at the login's home: what begins with a hyphen is a path there too.
    const home = mkdtempSync(path.join(homedir(), '-foresync-test-'));
    try {
      writeFileSync(path.join(home, 'x.csv'), lines(1000, 1002));
      assert.equal((await analyze(state, [`foresync-test:${path.basename(home)}/x.csv`])).events, 2);
      assert.equal(
        (await analyze(state, [`foresync-test:~/${path.basename(home)}/*.csv`])).files[0]?.state,
        'unchanged',
      );
    } finally {
      rmSync(home, { recursive: true });
    }
  }));

test('what is not there, or is no log, is said in one line', () =>
  withState(async (state) => {
    const folder = freshFolder();
    const closed = path.join(folder, 'closed.csv');
    writeFileSync(closed, lines(0, 1));
    chmodSync(closed, 0);
    const cases: [string, string, RegExp][] = [
      [
        remote(folder, 'nowhere\u001b.csv'),
        'log-missing',
        /^There is no foresync-test:.*nowhere\\u001b\.csv\.$/,
      ],
      [remote(folder, '*.none'), 'log-missing', /There is no .*\*\.none/],
      [remote(folder), 'log-unreadable', /is a folder/],
      [remote('/dev/null'), 'log-unreadable', /is no file/],
      ...(process.getuid?.() === 0
        ? []
        : [[remote(closed), 'log-unreadable', /cannot be read/] as [string, string, RegExp]]),
    ];
    for (const [name, code, message] of cases)
      await assert.rejects(analyze(state, [name]), { kind: 'io', code, message }, name);
    await assert.rejects(analyze(state, ['-oProxyCommand=x:/log']), { kind: 'usage', code: 'host-invalid' });
  }));

test('a host that cannot be reached, and one that has no ssh to it', () =>
  withState(async (state) => {
    const unreachable = path.join(freshFolder(), 'config');
    writeFileSync(unreachable, 'Host *\n  HostName 127.0.0.1\n  Port 1\n');
    await assert.rejects(analyze(state, ['ops@us-west:/log'], { configFile: unreachable }), {
      kind: 'unreachable',
      code: 'host-unreachable',
      message: /Cannot reach ops@us-west/,
    });
    await assert.rejects(analyze(state, [remote('/log')], { env: { FORESYNC_SSH: 'no-such-ssh' } }), {
      kind: 'unreachable',
      code: 'ssh-missing',
    });
  }));

test('a connection that is lost is an error, and nothing of that run is stored', () =>
  withState(async (state) => {
    const folder = freshFolder();
    const [good, big] = [path.join(folder, 'a.csv'), path.join(folder, 'b.csv')];
    writeFileSync(good, lines(0, 10));
    writeFileSync(
      big,
      Array.from({ length: 100_000 }, (_, i) => `${t0 + i},get,${randomBytes(20).toString('hex')}\n`).join(
        '',
      ),
    );
    const before = historyOf(state);
    const proxy = await cuttingProxy(sshd.port, 1_000_000);
    const configFile = path.join(folder, 'config');
    writeFileSync(
      configFile,
      readFileSync(sshd.configFile, 'utf8').replace(
        `Port ${sshd.port}`,
        `Port ${proxy.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}`,
      ),
    );
    try {
      await assert.rejects(
        analyze(
          state,
          [good, big].map((file) => remote(file)),
          { configFile },
        ),
        {
          kind: 'unreachable',
          code: 'host-unreachable',
          message: /connection to foresync-test broke off/,
        },
      );
    } finally {
      await proxy.close();
    }
    assert.deepEqual(historyOf(state), before);
    assert.equal(
      (
        await analyze(
          state,
          [good, big].map((file) => remote(file)),
        )
      ).events,
      100_010,
    );
  }));

/** Leads to a port of this machine, and breaks each connection after so many bytes from there. */
async function cuttingProxy(
  to: number,
  bytes: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = net.createServer((client) => {
    const upstream = net.connect(to, '127.0.0.1');
    let passed = 0;
    upstream.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed > bytes) client.destroy();
      else client.write(chunk);
    });
    client.pipe(upstream);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

test('a log that is rotated between survey and reading is not mixed with the one in its place', () =>
  withState(async (state) => {
    const file = path.join(freshFolder(), 'access.csv');
    writeFileSync(file, lines(0, 10_000));
    const logs = await assignLogs([remote(file)], undefined, 'r', optionsOf({ connections: 0, bytes: 0 }));
    renameSync(file, `${file}.1`);
    writeFileSync(file, lines(20_000, 30_000));
    await assert.rejects(ingestLogs(state, logs, {}), { kind: 'io', code: 'log-moved' });
    assert.equal(openHistory(state).summary().events, 0);
    assert.equal((await analyze(state, [remote(`${file}*`)])).events, 20_000);
  }));

test("foresync.yaml's logs of a replica with a host are read there, all hosts at once", () =>
  withState(async (state) => {
    const folder = freshFolder();
    mkdirSync(path.join(folder, 'west'));
    writeFileSync(path.join(folder, 'east.csv'), lines(0, 3));
    writeFileSync(path.join(folder, 'west', '1.csv'), lines(10, 14));
    writeFileSync(path.join(folder, 'west', '2.csv'), lines(20, 25));
    const config = path.join(folder, 'foresync.yaml');
    const west = JSON.stringify([path.join(folder, 'west', '*.csv'), path.join(folder, 'west', '1.csv')]);
    writeFileSync(
      config,
      `group: g\ntable: t\nlead: east\nreplicas:
  east: { store: "sqlite:/a.db", logs: [east.csv] }
  west: { host: foresync-test, store: "sqlite:/b.db", logs: ${west} }
  north: { host: foresync-test, store: "sqlite:/c.db", logs: [/nowhere/*.csv] }\n`,
    );
    const group = loadGroup(config);
    const options = optionsOf({ connections: 0, bytes: 0 });
    const { logs, without } = await findGroupLogs(group, undefined, options);
    assert.deepEqual(without, ['north']);
    assert.deepEqual(
      logs.map((log) => [log.path, log.replica]),
      [
        [path.join(folder, 'east.csv'), 'east'],
        [remote(folder, 'west/1.csv'), 'west'],
        [remote(folder, 'west/2.csv'), 'west'],
      ],
    );
    await ingestLogs(state, logs, {});
    assert.deepEqual(openHistory(state).summary().replicas, ['east', 'west']);
    assert.equal(openHistory(state).summary().events, 12);
    // Named by the operator, it is its replica's too, and was read.
    writeFileSync(path.join(folder, 'other.csv'), lines(90, 91));
    const named = await assignLogs(
      [remote(folder, 'west/2.csv'), remote(folder, 'other.csv')],
      group,
      undefined,
      options,
    );
    assert.deepEqual(
      named.map((log) => log.replica),
      ['west', 'default'],
    );
    assert.equal((await ingestLogs(state, named, {})).files[0]?.state, 'unchanged');
  }));

test('a local file whose name has a colon wins', async () => {
  const folder = freshFolder();
  const cwd = process.cwd();
  process.chdir(folder);
  try {
    writeFileSync('host:log', lines(0, 2));
    const logs = await assignLogs(['host:log', './x:y'], undefined, 'r', {
      spawn: () => assert.fail('no ssh is needed'),
    });
    assert.deepEqual(
      logs.map((log) => [log.path, log.open]),
      [
        ['host:log', undefined],
        ['./x:y', undefined],
      ],
    );
  } finally {
    process.chdir(cwd);
  }
});
