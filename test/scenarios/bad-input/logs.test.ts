import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  createWriteStream,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { systemCodeOf } from '../../../src/core/errors.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState } from '../../../src/core/state/open.ts';
import { runJs, runProgram } from '../../support/cli.ts';
import { findProgram } from '../../support/sshd-path.ts';
import { assertPrintable, Shop } from './shop.ts';

const t0 = 1_700_000_000;
const good = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${t0 + from + i},read,key${(from + i) % 97}\n`).join('');

const shop = new Shop();
after(() => shop.remove());

interface Counts {
  lines: number;
  events: number;
  eventLines: number;
  rejected: number;
  ignored: number;
}

/** Analyses into a state file of its own; each log's lines add up. */
async function analyze(
  name: string,
  ...args: string[]
): Promise<Counts & { history: { events: number } | null; stdout: string }> {
  const state = `foresync-${name.replace(/\W/g, '')}.db`;
  const { exitCode, stdout, stderr } = await shop.run(['analyze', name, '--state', state, '--json', ...args]);
  assert.deepEqual([exitCode, stderr], [0, ''], stdout);
  assertPrintable(stdout);
  const report = JSON.parse(stdout);
  for (const file of [report, ...report.files] as Counts[])
    assert.equal(file.lines, file.eventLines + file.rejected + file.ignored);
  return { ...report, stdout };
}

const countsOf = ({ lines, events, rejected, ignored }: Counts) => [lines, events, rejected, ignored];

describe('logs that cannot be read are refused by name', () => {
  const text = good(0, 5000);
  const refusals: [
    what: string,
    name: string,
    content: Buffer | string | undefined,
    exitCode: number,
    code: string,
    message: RegExp,
  ][] = [
    [
      'cut zstd',
      'cut.zst',
      zstdCompressSync(text).subarray(0, -20),
      65,
      'log-truncated',
      /ends in the middle/,
    ],
    [
      'cut brotli',
      'cut.br',
      brotliCompressSync(text).subarray(0, -20),
      65,
      'log-truncated',
      /ends in the middle/,
    ],
    ['damaged gzip', 'damaged.gz', damaged(gzipSync(text)), 65, 'log-damaged', /cannot be decompressed/],
    [
      'what only looks like gzip',
      'not.gz',
      Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7]),
      65,
      'log-damaged',
      /cannot be decompressed/,
    ],
    ['UTF-16', 'wide.csv', Buffer.from(`\ufeff${text}`, 'utf16le'), 65, 'log-utf16', /is UTF-16 text/],
    [
      'carriage returns alone',
      'mac.csv',
      text.replaceAll('\n', '\r'),
      65,
      'log-line-ends',
      /carriage return alone/,
    ],
    ['a folder', 'folder.csv', undefined, 74, 'log-unreadable', /is a folder/],
    ['a link to nowhere', 'dangling.csv', undefined, 74, 'log-missing', /There is no/],
    [
      'a link to itself',
      'loop.csv',
      undefined,
      74,
      'log-unreadable',
      /read: too many symbolic links encountered\.$/,
    ],
    [
      'a path through a file',
      'foresync.yaml/x.csv',
      undefined,
      74,
      'log-unreadable',
      /read: not a directory\.$/,
    ],
    [
      'a name that is too long',
      `${'n'.repeat(300)}.csv`,
      undefined,
      74,
      'log-unreadable',
      /read: name too long\.$/,
    ],
    ['a socket', 'socket.csv', undefined, 74, 'log-unreadable', /cannot be read/],
    ['a file whose reading fails', '/proc/self/mem', undefined, 74, 'log-unreadable', /read: i\/o error\.$/],
    ['zeros without an end', '/dev/zero', undefined, 65, 'log-binary', /is a binary file/],
  ];
  const server = createServer();
  before(async () => {
    mkdirSync(shop.file('folder.csv'));
    symlinkSync('nowhere', shop.file('dangling.csv'));
    symlinkSync('loop.csv', shop.file('loop.csv'));
    server.listen(shop.file('socket.csv'));
    await once(server, 'listening');
  });
  after(() => server.close());
  for (const [what, name, content, exitCode, code, message] of refusals) {
    test(what, async () => {
      if (content !== undefined) shop.write(name, content);
      await shop.refuses(['analyze', name], { exitCode, code, message });
    });
  }

  test('cut xz', { skip: findProgram('xz') ? false : 'there is no xz on this machine' }, async () => {
    shop.write('plain', text);
    await runProgram('xz', ['-k', shop.file('plain')]);
    shop.write('cut.xz', readFileSync(shop.file('plain.xz')).subarray(0, -100));
    await shop.refuses(['analyze', 'cut.xz'], {
      exitCode: 65,
      code: 'log-damaged',
      message: /cut\.xz cannot be decompressed: xz: .*Unexpected end/,
    });
  });
});

function damaged(packed: Buffer): Buffer {
  const copy = Buffer.from(packed);
  const middle = Math.floor(packed.length / 2);
  copy.fill(0xaa, middle, middle + 50);
  return copy;
}

describe('lines that cannot be read are counted, and the rest is read', () => {
  const logs: [
    what: string,
    name: string,
    content: Buffer | string,
    counts: [lines: number, events: number, rejected: number, ignored: number],
  ][] = [
    [
      'mixed line ends, blank lines, none at the end',
      'mixed.csv',
      `time,op,key\r\n${t0},read,a\n${t0},read,b\r\n\r\n\n \n${t0},read,c`,
      [7, 3, 0, 4],
    ],
    ['a byte order mark', 'mark.csv', `\ufefftime,op,key\n${good(0, 3)}`, [4, 3, 0, 1]],
    [
      'a byte order mark before JSON',
      'mark.jsonl',
      `\ufeff{"time":${t0},"key":"a"}\n{"time":${t0},"key":"b"}\n`,
      [2, 2, 0, 0],
    ],
    [
      'keys that are no UTF-8',
      'bytes.csv',
      Buffer.concat([
        Buffer.from(good(0, 2)),
        Buffer.from(`${t0},read,\xff\xfe\n${t0},read,\xed\xa0\x80\n`, 'latin1'),
        Buffer.from(`${t0},read,é\n`),
      ]),
      [5, 3, 2, 0],
    ],
    ['a stray NUL', 'nul.csv', `${good(0, 50)}${t0},read,a\0b\n`, [51, 51, 0, 0]],
    ['line feeds and nothing else', 'blank.csv', '\n'.repeat(50), [50, 0, 0, 50]],
    ['comments and nothing else', 'comments.csv', '# one\n# two', [2, 0, 0, 2]],
    ['nothing', 'empty.csv', '', [0, 0, 0, 0]],
    ['nothing, compressed', 'empty.csv.gz', gzipSync(''), [0, 0, 0, 0]],
    [
      'a line with many columns',
      'columns.csv',
      `${good(0, 2)}${t0},read,a${',x'.repeat(300_000)}\n`,
      [3, 3, 0, 0],
    ],
    [
      'a header with many columns',
      'wide.tsv',
      `${Array.from({ length: 9000 }, (_, i) => `c${i}`).join('\t')}\ttime\top\tkey\n${'x\t'.repeat(9000)}${t0}\tread\ta\nshort\n`,
      [3, 1, 1, 1],
    ],
  ];
  for (const [what, name, content, counts] of logs) {
    test(what, async () => {
      shop.write(name, content);
      const report = await analyze(name);
      assert.deepEqual(countsOf(report), counts, report.stdout);
      assert.equal(report.history?.events ?? 0, counts[1]);
    });
  }
});

/** Runs the program and returns the most memory that it had (Linux, /proc/PID/status). */
async function withPeak(
  args: readonly string[],
): Promise<{ stdout: string; exitCode: number; peakBytes: number }> {
  const child = spawn(runJs, args, { cwd: shop.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  let peakKib = 0;
  let isOver = false;
  const ended = once(child, 'close').then(([code]) => {
    isOver = true;
    return code as number;
  });
  while (!isOver) {
    peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+) kB/.exec(statusOf(child.pid ?? 0))?.[1] ?? 0));
    await turn();
  }
  return { stdout, exitCode: await ended, peakBytes: peakKib * 1024 };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return '';
  }
}

const maxPeakBytes = 250e6;
for (const [name, compress] of [
  ['long.csv', false],
  ['long.csv.gz', true],
] as const) {
  test(`a line of 100 MB takes no memory, and the rest is read (${name})`, async () => {
    const file = createWriteStream(shop.file(name));
    const sink = compress ? createGzip() : file;
    if (sink !== file) sink.pipe(file);
    sink.write(`${t0},read,a\n${t0},read,`);
    for (let i = 0; i < 100; i++) if (!sink.write('x'.repeat(1e6))) await once(sink, 'drain');
    sink.end(`\n${t0},read,b\n`);
    await once(file, 'close');
    const { stdout, exitCode, peakBytes } = await withPeak([
      'analyze',
      name,
      '--state',
      `foresync-${name}.db`,
      '--json',
    ]);
    assert.equal(exitCode, 0);
    const report = JSON.parse(stdout);
    assert.deepEqual(countsOf(report), [3, 2, 1, 0]);
    assert.deepEqual(report.files[0].rejects, [{ line: 2, reason: 'the line is longer than 1 MiB' }]);
    assert.ok(peakBytes > 20e6 && peakBytes < maxPeakBytes, `${peakBytes} bytes`);
  });
}

test('a log that grows while it is read, by halves of lines, is counted exactly by this run and the next', async () => {
  const name = 'growing.csv';
  let text = `time,op,key\n${good(0, 400_000)}`;
  shop.write(name, text);
  const args = ['analyze', name, '--state', 'foresync-growing.db', '--json'];
  const child = spawn(runJs, args, { cwd: shop.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  let isOver = false;
  const ended = once(child, 'close').then(() => {
    isOver = true;
  });
  let lines = 400_000;
  let pending = '';
  for (; !isOver; await turn()) {
    if (pending.length < 100) pending += good(lines, ++lines);
    const cut = 1 + (pending.length % 7);
    appendFileSync(shop.file(name), pending.slice(0, cut));
    text += pending.slice(0, cut);
    pending = pending.slice(cut);
  }
  await ended;
  appendFileSync(shop.file(name), pending);
  text += pending;
  const first = JSON.parse(stdout) as Counts;
  const second = JSON.parse((await shop.run(args)).stdout) as Counts;
  assert.ok(lines > 400_000, 'it grew');
  assert.deepEqual([first.rejected, second.rejected], [0, 0]);
  assert.equal(first.events + second.events, lines);
  writeFileSync(shop.file('grown.csv'), text);
  await shop.run(['analyze', 'grown.csv', '--state', 'foresync-grown.db']);
  assert.deepEqual(seriesIn('foresync-growing.db'), seriesIn('foresync-grown.db'));
});

function seriesIn(stateFile: string): string[] {
  const state = openState(path.join(shop.folder, stateFile));
  try {
    return [...openHistory(state).series()].map((series) => JSON.stringify(series));
  } finally {
    state.close();
  }
}

test('a named pipe is read until its writer ends', async () => {
  await runProgram('mkfifo', [shop.file('pipe.csv')]);
  const writer = spawn('sh', ['-c', `cat > ${shop.file('pipe.csv')}`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const report = analyze('pipe.csv');
  writer.stdin.write(`time,op,key\n${good(0, 7)}`);
  writer.stdin.end(`${t0},read,last`);
  assert.deepEqual(countsOf(await report), [9, 8, 0, 1]);
});
