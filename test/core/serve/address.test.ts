import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isOpenToOthers,
  opennessWarning,
  parseServeAddress,
  serveAddressText,
} from '../../../src/core/serve/address.ts';

test('a port is one of loopback; hosts, IPv6 and sockets are read as they are meant', () => {
  const read = (text: string) => parseServeAddress(text);
  assert.deepEqual(read('8080'), { kind: 'tcp', host: '127.0.0.1', port: 8080 });
  assert.deepEqual(read('0'), { kind: 'tcp', host: '127.0.0.1', port: 0 });
  assert.deepEqual(read('db-7.example:80'), { kind: 'tcp', host: 'db-7.example', port: 80 });
  assert.deepEqual(read('[::1]:80'), { kind: 'tcp', host: '::1', port: 80 });
  assert.deepEqual(read('/run/shop.sock'), { kind: 'unix', path: '/run/shop.sock' });
  assert.deepEqual(read('unix:/run/shop.sock'), { kind: 'unix', path: '/run/shop.sock' });
  for (const text of ['8080', 'db-7.example:80', '[::1]:80', '/run/shop.sock'])
    assert.deepEqual(read(serveAddressText(read(text))), read(text));
});

test('what is no address is refused', () => {
  for (const text of [
    '',
    'http://localhost:80',
    '65536',
    '-1',
    'host',
    ':80',
    'unix:shop.sock',
    `/${'x'.repeat(103)}`,
    '/a\0b',
  ])
    assert.throws(() => parseServeAddress(text), { kind: 'usage', code: 'serve-address' }, text);
});

test('what others can reach is known', () => {
  const open = (text: string) => isOpenToOthers(parseServeAddress(text));
  assert.deepEqual(['80', 'localhost:80', '[::1]:80', '127.0.0.9:80', '/a'].map(open), [
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(['0.0.0.0:80', '[::]:80', '10.0.0.1:80'].map(open), [true, true, true]);
  assert.match(opennessWarning(parseServeAddress('[::]:80')) ?? '', /^Everybody who reaches \[::\]:80 /);
  assert.equal(opennessWarning(parseServeAddress('80')), undefined);
});
