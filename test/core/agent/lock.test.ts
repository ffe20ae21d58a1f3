import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { admit, type Lock } from '../../../src/core/agent/lock.ts';
import { serveLocked } from '../../../src/core/agent/locked-agent.ts';
import { type RequestType, requests } from '../../../src/core/agent/protocol.ts';
import { FrameWriter, readFrames } from '../../../src/core/transport/frames.ts';
import {
  agentMagic,
  protocolVersions,
  readLine,
  speakPrefix,
} from '../../../src/core/transport/handshake.ts';
import { temporaryFolder } from '../../support/tables.ts';

const refused = { kind: 'permission', code: 'agent-locked' };
const open = (file: string, table = 'items') => ({ path: file, table });

test('the store is what it really is, whatever path leads to it; requests then work with the path of the lock', (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string) => path.join(folder, name);
  mkdirSync(at('srv'));
  writeFileSync(at('srv/shop.db'), '');
  writeFileSync(at('other.db'), '');
  symlinkSync('srv', at('link'));
  symlinkSync('../other.db', at('srv/elsewhere.db'));
  const lock: Lock = { role: 'donor', store: at('srv/shop.db'), table: 'items' };
  for (const way of [at('srv/shop.db'), at('link/shop.db'), `${at('srv')}/../link/./shop.db`])
    assert.deepEqual(admit(lock, 'donor.open', open(way, 'ITEMS')), open(at('srv/shop.db'), 'ITEMS'));
  const others = [
    at('other.db'),
    at('srv/elsewhere.db'),
    at('srv'),
    `${at('srv/shop.db')}/x`,
    'shop.db',
    '/',
  ];
  for (const way of [...others, `${at('srv/shop.db')}\0`, '\0', `${at('srv/shop.db')}.foresync-joining`])
    assert.throws(() => admit(lock, 'donor.open', open(way)), refused, way);
  assert.throws(() => admit(lock, 'donor.open', open(lock.store as string, 'other')), refused);

  const joiner: Lock = { ...lock, role: 'joiner', store: at('link/new.db') };
  const look = (way: string) => ({ ...open(way), stores: [] });
  assert.equal(admit(joiner, 'joiner.look', look(at('srv/new.db'))).path, joiner.store);
  assert.throws(() => admit(joiner, 'joiner.look', look(at('new.db'))), refused);
  assert.throws(() => admit(joiner, 'joiner.discard', { path: at('srv/shop.db') }), refused);
});

test('a role answers its own requests and no others', () => {
  for (const type of Object.keys(requests) as RequestType[]) {
    for (const role of ['donor', 'joiner'] as const) {
      const ask = () => admit({ role, store: undefined, table: 'items' }, type, {} as never);
      const isForAll = type.startsWith('agent.') || type === 'host.look';
      const isForJoiners = type.startsWith('joiner.') || type === 'place.look';
      // A lock names a file, which a server is not.
      const isAtServer = type.startsWith('pg.');
      const isForNobody = isAtServer || ['joiner.serve', 'joiner.fetched', 'joiner.level'].includes(type);
      if (isForNobody) assert.throws(ask, refused, `${role} ${type}`);
      else if (isForAll || (role === 'joiner') === isForJoiners) ask();
      else assert.throws(ask, refused, `${role} ${type}`);
    }
  }
});

test('a locked agent throws away what was meant for a shell, and then answers', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = serveLocked(input, output, { role: 'donor', store: undefined, table: 'items' });
  input.write(`mask=$(umask)\nrm -rf /\nexit\n\n${speakPrefix}${protocolVersions.greatest}\n`);
  const writer = new FrameWriter(input);
  await writer.write({ header: { n: 0, type: 'agent.ping', params: {}, sizes: [] } });
  await writer.write({ header: { n: 1, type: 'joiner.discard', params: { path: '/x' }, sizes: [] } });
  input.end();
  await served;
  output.end();
  const never = new AbortController().signal;
  assert.equal(await readLine(output, () => true, never), agentMagic);
  const answers: unknown[] = [];
  for await (const { header } of readFrames(output)) answers.push(header);
  const [pong, refusal] = answers as [
    { result: { cpuMs: number; peakBytes: number } },
    { error: { code: string } },
  ];
  const { cpuMs, peakBytes } = pong.result;
  assert.ok(cpuMs > 0 && peakBytes > 0);
  assert.deepEqual({ ...pong, idleMs: 0 }, { n: 0, idleMs: 0, result: { cpuMs, peakBytes }, sizes: [] });
  assert.equal(refusal.error.code, 'agent-locked');
});

test('a locked agent refuses a version that it does not speak', async () => {
  for (const version of ['0', `${protocolVersions.greatest + 1}`, '', 'x', '1e999']) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const served = serveLocked(input, output, { role: 'donor', store: undefined, table: 'items' });
    input.end(`${speakPrefix}${version}\n`);
    await assert.rejects(served, { kind: 'protocol', code: 'version-mismatch' }, version);
  }
});
