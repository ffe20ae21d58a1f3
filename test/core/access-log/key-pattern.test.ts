import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyPattern } from '../../../src/core/access-log/key-pattern.ts';
import { ForesyncError } from '../../../src/core/errors.ts';
import { brief, collect, countsOf } from './collect.ts';

const t0 = 1_700_000_000_000;

test('a key pattern maps the logged key of every line, and what it does not match is counted', async () => {
  const keyPattern = '/product/(?<key>\\d+)';
  const logs = [
    `time,op,key\n${t0},get,/product/7?x\n${t0},get,/cart\n${t0},put,"/product/8"\n`,
    `${t0}\tget\t/product/7\n${t0}\tget\t/cart\n${t0}\tput\t/product/8\n`,
    `{"t":${t0},"op":"get","key":"/product/7"}\n{"t":${t0},"op":"get","key":"/cart"}\n{"t":${t0},"op":"put","key":"/product/8"}\n`,
  ];
  for (const log of logs) {
    const { events, read } = await collect(log, { keyPattern });
    assert.deepEqual(brief(events), [`${t0} 7`, `${t0} 8*`]);
    assert.deepEqual(countsOf(read), [2, 2, 0, log.startsWith('time') ? 2 : 1, 1]);
  }
});

test('a key that the pattern gives is held to what any key is', async () => {
  const log = Buffer.concat([
    Buffer.from(`${t0},get,[]\n${t0},get,[${'x'.repeat(1025)}]\n${t0},get,[`),
    Buffer.of(0xff),
    Buffer.from(`]\n${t0},get,[\ufffd]\n${t0},get,[${'x'.repeat(1024)}]\n`),
  ]);
  const { events, read } = await collect(log, { keyPattern: '\\[(?<key>.*)\\]' });
  assert.deepEqual(
    events.map(({ key }) => key.slice(0, 2)),
    ['\ufffd', 'xx'],
  );
  assert.deepEqual(
    read.tally.firstRejects.map(({ reason }) => reason),
    ['the key is empty', 'the key is longer than 1024 bytes', 'the key is not valid UTF-8'],
  );
});

test('of a long text the first 8 KiB are looked at, and a key that is cut there is none', () => {
  const pattern = new KeyPattern('id=(?<key>\\d+)');
  assert.equal(pattern.find(Buffer.from(`${' '.repeat(8000)}id=77 ${'x'.repeat(9000)}`)), '77');
  assert.equal(pattern.find(Buffer.from(`${' '.repeat(8186)}id=777777777`)), undefined);
  assert.equal(pattern.find(Buffer.from(`${' '.repeat(9000)}id=7`)), undefined);
});

test('a pattern that cannot be used is a usage error', () => {
  for (const source of ['(', '\\d+', '(?<id>\\d+)', '(?<key>x', `(?<key>${'x'.repeat(1000)})`]) {
    assert.throws(
      () => new KeyPattern(source),
      (error) => error instanceof ForesyncError && error.code === 'pattern-invalid',
      source,
    );
  }
});
