import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Machine, type ProbedHost, parseProbe } from '../../../src/core/transport/agent-host.ts';
import { addonFile } from '../../../src/core/transport/cargo.ts';
import { addonName, chooseRuntime, type OwnRuntime, runsAgent } from '../../../src/core/transport/runtime.ts';

const linux: Machine = { platform: 'linux', arch: 'x64', libc: 'glibc', glibcVersion: [2, 36] };
const own: OwnRuntime = { file: '/our/node', version: 'v24.21.0', machine: linux, selfContained: true };

function host(changes: Partial<ProbedHost> = {}): ProbedHost {
  return { ...linux, nodeVersion: undefined, cacheFolder: '/c', freeBytes: 1e9, ...changes };
}

test('a probe answer is read, whatever the host is', () => {
  assert.deepEqual(
    parseProbe('probe Linux x86_64 64 glibc-2.36 v24.1.0 x64 1024 /home/a b/.cache/foresync'),
    {
      ...linux,
      nodeVersion: 'v24.1.0',
      cacheFolder: '/home/a b/.cache/foresync',
      freeBytes: 1 << 20,
    },
  );
  assert.deepEqual(parseProbe('probe Darwin arm64 64 - - - - /c'), {
    platform: 'darwin',
    arch: 'arm64',
    libc: undefined,
    glibcVersion: undefined,
    nodeVersion: undefined,
    cacheFolder: '/c',
    freeBytes: undefined,
  });
  assert.equal(parseProbe('probe Linux aarch64 32 musl - - 9 /c').arch, 'aarch64 (32 bits)');
  assert.equal(parseProbe('probe Linux aarch64 64 glibc v22.15.0 arm 9 /c').arch, 'arm');
  assert.throws(() => parseProbe('probe Linux x86_64'), { kind: 'protocol', code: 'probe-invalid' });
  assert.throws(() => parseProbe('probe Linux x86_64 64 musl - - 9 relative'), { kind: 'protocol' });
});

test('the oldest Node that runs the agent is 22.15, and 23 needs zstd', () => {
  const runs = ['v22.15.0', 'v22.20.1', 'v23.8.0', 'v24.0.0', 'v100.1.0'];
  const doesNot = ['v20.20.2', 'v22.14.9', 'v23.7.0', 'v4.0.0', 'v0.12.1', 'nonsense'];
  assert.deepEqual(
    runs.map(runsAgent),
    runs.map(() => true),
  );
  assert.deepEqual(
    doesNot.map(runsAgent),
    doesNot.map(() => false),
  );
});

test("the host's own Node comes first, then ours, then --runtime", () => {
  const ours = { kind: 'brought', file: '/our/node', version: 'v24.21.0' };
  const given = { kind: 'brought', file: '/given', version: undefined };
  assert.deepEqual(chooseRuntime(host({ nodeVersion: 'v22.15.0' }), own, '/given', 'h'), { kind: 'theirs' });
  assert.deepEqual(chooseRuntime(host({ nodeVersion: 'v20.0.0' }), own, '/given', 'h'), ours);
  assert.deepEqual(chooseRuntime(host(), own, undefined, 'h'), ours);
  assert.deepEqual(chooseRuntime(host({ glibcVersion: undefined }), own, undefined, 'h'), ours);
  for (const strange of [{ arch: 'arm64' }, { platform: 'darwin' }, { libc: 'musl' as const }]) {
    assert.deepEqual(chooseRuntime(host(strange), own, '/given', 'h'), given);
  }
});

test('where nothing runs, one line says why', () => {
  const refusal = (changes: Partial<ProbedHost>, ownChanges: Partial<OwnRuntime> = {}) => {
    try {
      return chooseRuntime(host(changes), { ...own, ...ownChanges }, undefined, 'h').kind;
    } catch (error) {
      const { kind, code, message } = error as { kind: string; code: string; message: string };
      return `${kind} ${code} ${message}`;
    }
  };
  const begin = 'unreachable no-runtime h has no Node, and ours does not run there: ';
  assert.equal(
    refusal({ libc: 'musl', glibcVersion: undefined }),
    `${begin}it is for linux x64 with glibc, the host is linux x64 with musl.`,
  );
  assert.equal(refusal({ glibcVersion: [2, 17] }), `${begin}it needs glibc 2.28, the host has 2.17.`);
  assert.equal(refusal({}, { selfContained: false }), `${begin}it needs libraries of this machine.`);
  assert.match(
    refusal({ nodeVersion: 'v18.0.0', arch: 's390x' }),
    /h has only Node v18\.0\.0, .* the host is linux s390x/,
  );
});

test("better-sqlite3's binary is there for every kind of host, and for no other", () => {
  for (const platform of ['linux', 'darwin']) {
    for (const arch of ['x64', 'arm64'])
      assert.ok(addonFile({ ...linux, platform, arch }).endsWith(`${platform}-${arch}.node`));
  }
  assert.equal(addonName({ ...linux, libc: 'musl' }), 'linuxmusl-x64.node');
  assert.ok(addonFile({ ...linux, libc: 'musl' }));
  for (const arch of ['s390x', '../../x', 'x64\n']) {
    assert.throws(() => addonFile({ ...linux, arch }), { kind: 'unreachable', code: 'no-runtime' });
  }
});
