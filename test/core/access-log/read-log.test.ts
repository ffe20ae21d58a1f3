import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { ForesyncError } from '../../../src/core/errors.ts';
import { collect, type Event, holdsForAnyBytes } from './collect.ts';

const t0 = 1_700_000_000_000;

const anyKey = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .filter((key) => !key.includes('\0'));
const anyEvent: fc.Arbitrary<Event> = fc.record(
  {
    timeMs: fc.integer({ min: 1e12, max: 4e12 }),
    key: anyKey,
    isWrite: fc.boolean(),
    sizeBytes: fc.oneof(fc.constant(-1), fc.maxSafeNat()),
  },
  { noNullPrototype: true },
);

const csvField = (text: string) => `"${text.replaceAll('"', '""')}"`;
const opOf = (event: Event) => (event.isWrite ? 'UPDATE' : 'get');
const sizeOf = (event: Event) => (event.sizeBytes < 0 ? '' : event.sizeBytes);

test('random events come back from CSV, however it is cut into chunks', async () => {
  const logs = fc.record({
    events: fc.array(anyEvent, { minLength: 1, maxLength: 30 }),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    chunkBytes: fc.integer({ min: 1, max: 200 }),
    endsOpen: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(logs, async ({ events, lineEnd, chunkBytes, endsOpen }) => {
      const lines = events.map(
        (event) => `${event.timeMs},${opOf(event)},${csvField(event.key)},${sizeOf(event)}`,
      );
      const text = ['time,op,key,size', ...lines].join(lineEnd) + (endsOpen ? '' : lineEnd);
      const { events: found, read } = await collect(text, { chunkBytes });
      assert.deepEqual(found, events);
      assert.deepEqual(
        [read.tally.lines, read.tally.events, read.tally.ignored],
        [events.length + 1, events.length, 1],
      );
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('random events come back from JSON Lines', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 99 }),
      async (events, chunkBytes) => {
        const well = events.filter((event) => event.key.isWellFormed());
        fc.pre(well.length > 0);
        const lines = well.map((event) =>
          JSON.stringify({
            ts: new Date(event.timeMs).toISOString(),
            verb: opOf(event),
            key: event.key,
            ...(event.sizeBytes < 0 ? {} : { size: event.sizeBytes }),
          }),
        );
        const { events: found } = await collect(lines.join('\n'), {
          chunkBytes,
          columns: 'time=ts,op=verb,key=key,size=size',
        });
        assert.deepEqual(found, well);
      },
    ),
    { seed: 4 },
  );
});

const pieces = [
  '"',
  ',',
  '1700000000',
  'read',
  'a',
  '\t',
  '{',
  '}',
  '#',
  '""',
  'é',
  '\\',
  ':',
  '-',
  '"a\nb"',
];

test('no bytes crash the CSV parser, and a log may be cut anywhere', () =>
  holdsForAnyBytes(['1700000000,read,a', ',read,"a', '",', ...pieces], { columns: 'time,op,key' }));

test('no bytes crash the TSV parser, and a log may be cut anywhere', () =>
  holdsForAnyBytes(['1700000000\tread\ta', '\tread\t', ...pieces], { columns: 'time,op,key' }));

test('no bytes crash the JSON Lines parser, and a log may be cut anywhere', () =>
  holdsForAnyBytes(['{"time":1700000000,"key":"a"}', '{"time":', '"key":', ...pieces], {
    columns: 'time=time,key=key',
  }));

test('a line that cannot be read is counted with its number and the reason, and the rest is read', async () => {
  const lines = [
    'time,op,key,size',
    `${t0},read,a,1`,
    'soon,read,a,1',
    `${t0},juggle,a,1`,
    `${t0},read,,1`,
    `${t0},read,${'k'.repeat(1025)},1`,
    `${t0},read,a,big`,
    `${t0},read`,
    '',
    `${t0},PING,,`,
    `${t0},read,"b",2`,
    `${t0},read,"unclosed,3`,
    `${t0},write,c,4`,
  ];
  const { events, read } = await collect(lines.join('\n'));
  assert.deepEqual(
    events.map((event) => event.key),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(read.tally.firstRejects, [
    { line: 3, reason: "'soon' is not a time" },
    { line: 4, reason: "'juggle' is not an operation" },
    { line: 5, reason: 'the key is empty' },
    { line: 6, reason: 'the key is longer than 1024 bytes' },
    { line: 7, reason: "'big' is not a size in bytes" },
  ]);
  assert.deepEqual(
    [read.tally.lines, read.tally.events, read.tally.rejected, read.tally.ignored],
    [13, 3, 7, 3],
  );
});

test('a quoted key may hold line feeds, and line numbers go on behind it', async () => {
  const { events, read } = await collect(`${t0},read,"a\nb"\n${t0},what,c\n`, { columns: 'time,op,key' });
  assert.equal(events[0]?.key, 'a\nb');
  assert.deepEqual(read.tally.firstRejects, [{ line: 3, reason: "'what' is not an operation" }]);
});

test('a line of more than 1 MiB is rejected without being held, wherever it is cut', async () => {
  for (const chunkBytes of [1000, 1 << 20, 1 << 24]) {
    const { events, read } = await collect(
      `${t0},read,a\n${t0},read,${'x'.repeat(3 << 20)}\n${t0},read,b\n`,
      { chunkBytes },
    );
    assert.deepEqual(
      events.map((event) => event.key),
      ['a', 'b'],
    );
    assert.equal(read.tally.nextLine, 4);
    assert.equal(read.tally.firstRejects[0]?.line, 2);
  }
});

test('a byte order mark is no part of the first column, and invalid UTF-8 in a key rejects its line', async () => {
  const log = Buffer.concat([
    Buffer.from(`\ufeff${t0},read,é\r\n${t0},read,`),
    Buffer.of(0xff, 0xfe),
    Buffer.from(`\n${t0},read,c\n`),
  ]);
  const { events, read } = await collect(log);
  assert.deepEqual(
    events.map((event) => event.key),
    ['é', 'c'],
  );
  assert.deepEqual(read.tally.firstRejects, [{ line: 2, reason: 'the key is not valid UTF-8' }]);
  assert.equal(read.end.offset, log.length);
});

test('JSON keys keep what they are', async () => {
  const lines = [
    '{"t":1700000000,"key":"é"}',
    '{"t":1700000000,"key":12345678901234567890}',
    '{"t":1700000000,"key":["a",7]}',
    '{"t":1700000000,"key":{"a":1}}',
  ];
  const { events, read } = await collect(
    [...lines, '{"t":1700000000}', '[1]', '{"t":', '{"t":1700000000,"key":"\\ud800"}'].join('\n'),
    { columns: 'time=t,key=key' },
  );
  assert.deepEqual(
    events.map((event) => event.key),
    ['é', '12345678901234567890', '["a",7]'],
  );
  assert.deepEqual(
    read.tally.firstRejects.map(({ reason }) => reason),
    [
      "there is no key in 'key'",
      "there is no key in 'key'",
      'the line is no JSON object',
      'the line is not JSON',
      'the key is not valid UTF-8',
    ],
  );
});

test('a nested field is named with dots', async () => {
  const { events } = await collect('{"at":"2011-11-01","item":{"id":"x"}}\n', {
    columns: 'time=at,key=item.id',
  });
  assert.equal(events[0]?.key, 'x');
});

test('compression is seen by the first bytes, and every frame and member is read', async () => {
  const [a, b] = [Buffer.from(`${t0},read,a\n`), Buffer.from(`${t0},read,b\n`)];
  for (const compress of [gzipSync, zstdCompressSync]) {
    const log = Buffer.concat([compress(a), compress(b), compress(b)]);
    for (const chunkBytes of [1, 7, 1000]) {
      const { events } = await collect(log, { chunkBytes });
      assert.deepEqual(
        events.map((event) => event.key),
        ['a', 'b', 'b'],
      );
    }
  }
});

test('cut or damaged compressed data is an error, not an end', async () => {
  const text = Buffer.from(
    Array.from({ length: 5000 }, (_, i) => `${t0 + i * 997},read,key${(i * 7919) % 1009}\n`).join(''),
  );
  for (const compress of [gzipSync, zstdCompressSync]) {
    const packed = compress(text);
    await assert.rejects(collect(packed.subarray(0, packed.length - 10)), { code: 'Z_BUF_ERROR' });
    await assert.rejects(collect(Buffer.concat([packed.subarray(0, 200), Buffer.alloc(500, 0xaa)])));
  }
});

test('a stray NUL is part of its key, and stops no other line', async () => {
  const { read } = await collect(
    `time,op,key\n1700000000,read,a\u0000b\n${'1700000001,read,c\n'.repeat(20)}`,
  );
  assert.equal(read.tally.events, 21);
});

test('binary files, UTF-16 and empty logs are told apart', async () => {
  await assert.rejects(
    collect(Buffer.from([1, 2, 0, 4, 10])),
    (error) => error instanceof ForesyncError && error.code === 'log-binary',
  );
  await assert.rejects(
    collect(Buffer.from('\ufefft,k\n', 'utf16le')),
    (error) => error instanceof ForesyncError && error.code === 'log-utf16',
  );
  const { read } = await collect('');
  assert.deepEqual([read.layout, read.tally.lines, read.end.offset], [undefined, 0, 0]);
});
