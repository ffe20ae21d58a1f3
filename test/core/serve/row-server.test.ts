import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import type { RowKey } from '../../../src/core/row-key.ts';
import { parseServeAddress, type ServeAddress } from '../../../src/core/serve/address.ts';
import type { Outcome, WhyUnavailable } from '../../../src/core/serve/read-through.ts';
import { RowServer } from '../../../src/core/serve/row-server.ts';
import { servingTable } from '../../support/serving-page.ts';
import { type TestContext, temporaryFolder } from '../../support/tables.ts';

async function serverAt(
  t: TestContext,
  address: string,
  more: { read?: (key: RowKey) => Promise<Outcome>; ready?: string } = {},
) {
  const served: RowKey[] = [];
  const server = await RowServer.listen({
    address: parseServeAddress(address),
    clock: systemClock,
    keyColumns: 1,
    read:
      more.read ??
      (async (key) => ({
        kind: 'row',
        key,
        name: '',
        json: `{"k":"${key}"}`,
        watermark: 3,
        asOfMs: systemClock.nowMs(),
        by: 'plan',
        from: 'joiner',
        isHit: true,
      })),
    served: ({ key }) => served.push(key),
    status: () => ({ stage: 'snapshot' }),
    whyNotReady: () => more.ready,
  });
  t.after(() => server.close());
  return { server, served };
}

async function get(address: ServeAddress, target: string, { method = 'GET', host = 'localhost' } = {}) {
  const at =
    address.kind === 'unix' ? { socketPath: address.path } : { host: address.host, port: address.port };
  const asked = request({ ...at, path: target, method, headers: { Host: host }, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  return {
    status: response.statusCode as number,
    headers: response.headers as Record<string, string>,
    body: await text(response),
  };
}

test('a row comes with where it is from, its watermark and its age', async (t) => {
  const { server, served } = await serverAt(t, '0');
  const { status, headers, body } = await get(server.address, '/v1/rows/caf%C3%A9');
  assert.deepEqual([status, body, served], [200, '{"k":"café"}\n', ['café']]);
  assert.equal(headers['x-foresync-source'], 'joiner');
  assert.equal(headers['x-foresync-watermark'], '3');
  assert.match(headers['x-foresync-age-ms'] ?? '', /^\d+$/);
  assert.equal((await get(server.address, '/v1/rows/x', { method: 'HEAD' })).body, '');
});

test('each outcome has its status', async (t) => {
  const outcomes: Record<string, Outcome> = {
    none: {
      kind: 'none',
      key: 'none',
      name: '',
      watermark: 1,
      asOfMs: 0,
      by: 'read-through',
      from: 'donor',
      isHit: false,
    },
    foreign: { kind: 'foreign' },
    away: { kind: 'unavailable', key: 'away', why: 'no-donor' },
  };
  const { server } = await serverAt(t, '0', {
    read: async (key) => outcomes[String(key)] ?? assert.fail(),
    ready: 'Too few hits.',
  });
  const of = async (target: string, options = {}) => get(server.address, target, options);
  assert.equal((await of('/v1/rows/none')).status, 404);
  assert.equal((await of('/v1/rows/foreign')).status, 400);
  const away = await of('/v1/rows/away');
  assert.deepEqual([away.status, away.headers['retry-after']], [503, '1']);
  assert.equal((await of('/healthz')).status, 200);
  assert.match((await of('/readyz')).body, /Too few hits/);
  assert.equal((await of('/v1/status')).body, '{"stage":"snapshot"}\n');
  assert.equal((await of('/v1/rows/none', { method: 'DELETE' })).status, 405);
  assert.equal((await of('/etc/passwd')).status, 404);
  assert.equal((await of('/v1/rows/none', { host: 'rebound.example' })).status, 421);
  assert.equal((await of('/v1/rows/none', { host: '127.0.0.1:99' })).status, 404);
});

test('a socket file that was left is taken over; one in use, and a file that is no socket, are not', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'rows.sock');
  const first = await serverAt(t, file);
  await assert.rejects(serverAt(t, file), { kind: 'exists', code: 'serve-in-use' });
  assert.equal((await get(first.server.address, '/v1/rows/a')).status, 200);
  const plain = path.join(folder, 'plain');
  writeFileSync(plain, 'no socket');
  await assert.rejects(serverAt(t, plain), { code: 'serve-in-use' });
  assert.ok(existsSync(plain));
});

test('a port in use is told as such', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await assert.rejects(serverAt(t, String(port)), {
    kind: 'exists',
    code: 'serve-in-use',
    message: new RegExp(`:${port}`),
  });
});

test('clients that never read their answers use up no memory, and others are answered once they are gone', async (t) => {
  const json = `"${'x'.repeat(8 << 20)}"`;
  const { server } = await serverAt(t, '0', {
    read: async () => ({
      kind: 'row',
      key: 'a',
      name: '',
      json,
      watermark: 1,
      asOfMs: 0,
      by: 'plan',
      from: 'joiner',
      isHit: true,
    }),
  });
  const { host, port } = server.address as ServeAddress & { kind: 'tcp' };
  const deaf = Array.from({ length: 10 }, () => connect({ host, port }).on('error', () => undefined));
  t.after(() => deaf.map((socket) => socket.destroy()));
  let statuses = 200;
  for (const socket of deaf) {
    socket.pause();
    socket.write('GET /v1/rows/a HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
  while (statuses === 200) statuses = (await get(server.address, '/v1/rows/a')).status;
  assert.equal(statuses, 503);
  for (const socket of deaf) socket.destroy();
  while (statuses === 503) statuses = (await get(server.address, '/v1/rows/a')).status;
  assert.equal(statuses, 200);
});

test('clients that send half a request, or what is none, keep nobody from being answered', async (t) => {
  const { server } = await serverAt(t, '0');
  const { host, port } = server.address as ServeAddress & { kind: 'tcp' };
  const halves = ['', 'G', 'GET /v1/rows/a HTTP/1.1\r\nHost: local', 'GET /v1/rows/a HTTP/1.1\r\n'];
  const sockets = Array.from({ length: 200 }, (_, n) => {
    const socket = connect({ host, port }).on('error', () => undefined);
    socket.write(halves[n % halves.length] ?? '');
    return socket;
  });
  t.after(() => sockets.map((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => socket.readyState === 'open' || once(socket, 'connect')));
  for (const noise of ['\0\0\0\0', '{"a":1}\n\n', 'GET / HTTP/9.9\r\n\r\n', `${'x'.repeat(200_000)}\r\n`]) {
    const socket = connect({ host, port }).on('error', () => undefined);
    socket.write(noise);
    // However it is ended.
    await new Promise((resolve) => socket.resume().on('close', resolve));
  }
  assert.equal((await get(server.address, '/v1/rows/a')).status, 200);
});

test('a server that is closed answers who has asked, and waits for no one who does not take it', async (t) => {
  const asked = Promise.withResolvers<void>();
  const found = Promise.withResolvers<Outcome>();
  const { server } = await serverAt(t, '0', {
    read: () => {
      asked.resolve();
      return found.promise;
    },
  });
  const { address } = server;
  const { host, port } = address as ServeAddress & { kind: 'tcp' };
  const deaf = connect({ host, port }).on('error', () => undefined);
  t.after(() => deaf.destroy());
  deaf.write('GET /v1/rows/a HTTP/1.1\r\n');
  const answer = get(address, '/v1/rows/a');
  await asked.promise;
  const closed = server.close();
  found.resolve({ kind: 'unavailable', key: 'a', why: 'no-donor' });
  assert.equal((await answer).headers.connection, 'close');
  await closed;
  await assert.rejects(get(address, '/healthz'), { code: 'ECONNREFUSED' });
});

test('whatever a request names, it is answered, and only what names this host reads anything', async (t) => {
  const { server, served } = await serverAt(t, '0');
  const statusOf = async (target: string, options = {}) =>
    (await get(server.address, target, options)).status;
  assert.equal(await statusOf('/v1/rows/%'), 404);
  assert.equal(await statusOf('/v1/rows/%ff%fe'), 404);
  assert.equal(await statusOf('/v1/../v1/rows/a'), 404);
  assert.equal(await statusOf('http://localhost/v1/rows/a'), 404);
  assert.equal(await statusOf(`/v1/rows/${'x'.repeat(70_000)}`), 404);
  assert.equal(await statusOf(`/v1/rows/${'x'.repeat(100_000)}`), 431);
  for (const host of ['localhost.example', '127.0.0.1.example', 'example:127.0.0.1', '[::2]', '0.0.0.0'])
    assert.equal(await statusOf('/v1/rows/a', { host }), 421, host);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
    assert.equal(await statusOf('/v1/rows/a', { method }), 405, method);
  assert.deepEqual(served, []);
  assert.equal(await statusOf('/v1/rows/a%00b'), 200);
  assert.equal(await statusOf('/v1/rows/../status'), 200);
  assert.deepEqual(served, ['a\0b', '../status']);
});

test('a read counts once its answer went out, and looking at the headers alone is none', async (t) => {
  const { server, served } = await serverAt(t, '0');
  await get(server.address, '/v1/rows/a', { method: 'HEAD' });
  assert.deepEqual(served, []);
  await get(server.address, '/v1/rows/a');
  assert.deepEqual(served, ['a']);
});

test('a connection that asks for more than it takes is cut, and none of that counts', async (t) => {
  const { server, served } = await serverAt(t, '0');
  const { host, port } = server.address as ServeAddress & { kind: 'tcp' };
  const socket = connect({ host, port }).on('error', () => undefined);
  socket.write('GET /v1/rows/a HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200));
  await new Promise((resolve) => socket.resume().on('close', resolve));
  assert.deepEqual(served, []);
  assert.equal((await get(server.address, '/v1/rows/a')).status, 200);
});

test('a few requests sent ahead are answered in order', async (t) => {
  const { server, served } = await serverAt(t, '0');
  const { host, port } = server.address as ServeAddress & { kind: 'tcp' };
  const socket = connect({ host, port });
  const ask = (key: number, more = '') => `GET /v1/rows/${key} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  socket.write(`${ask(1)}${ask(2)}${ask(3, 'Connection: close\r\n')}`);
  assert.deepEqual((await text(socket)).match(/\{"k":"\d"\}/g), ['{"k":"1"}', '{"k":"2"}', '{"k":"3"}']);
  assert.deepEqual(served, ['1', '2', '3']);
});

test('whoever holds all connections keeps nobody away', async (t) => {
  const { server } = await serverAt(t, '0');
  const { host, port } = server.address as ServeAddress & { kind: 'tcp' };
  const held = Array.from({ length: 1000 }, () => connect({ host, port }).on('error', () => undefined));
  t.after(() => held.map((socket) => socket.destroy()));
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  for (const target of ['/healthz', '/readyz', '/v1/rows/a'])
    assert.equal((await get(server.address, target)).status, 200, target);
});

test('docs/SERVING.md has every status with its code and its headers, and no other', async (t) => {
  const whys: Record<WhyUnavailable, true> = { 'no-donor': true, late: true, stale: true, busy: true };
  const told = { watermark: 1, asOfMs: 0, by: 'plan', from: 'joiner', isHit: true, name: '' } as const;
  const outcomes = new Map<RowKey, Outcome>([
    ['row', { kind: 'row', key: 'row', json: '{}', ...told }],
    ['none', { kind: 'none', key: 'none', ...told }],
    ['foreign', { kind: 'foreign' }],
  ]);
  for (const why of Object.keys(whys) as WhyUnavailable[])
    outcomes.set(why, { kind: 'unavailable', key: why, why });
  const { server } = await serverAt(t, '0', {
    read: async (key) => outcomes.get(key) ?? Promise.reject(new Error('broken')),
    ready: 'Not yet.',
  });
  const answers: Awaited<ReturnType<typeof get>>[] = [];
  const rows = [...outcomes.keys(), 'broken'].map((key) => `/v1/rows/${key}`);
  for (const target of [...rows, '/readyz', '/elsewhere']) answers.push(await get(server.address, target));
  answers.push(await get(server.address, '/healthz', { method: 'POST' }));
  answers.push(await get(server.address, '/healthz', { host: 'example' }));
  const seen = answers.map(({ status, body }) => [String(status), JSON.parse(body).error?.code ?? '']);
  const documented = servingTable('status').map((cells) => cells.slice(0, 2));
  assert.deepEqual(seen.map(String).sort(), documented.map(String).sort());
  const usual = /^(content-|cache-control|date|connection|keep-alive|transfer-encoding)/;
  const headers = new Set(
    answers.flatMap((answer) => Object.keys(answer.headers)).filter((name) => !usual.test(name)),
  );
  const named = servingTable('header').map(([name = '']) => name.toLowerCase());
  assert.deepEqual([...headers].sort(), named.sort());
});
