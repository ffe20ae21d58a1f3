import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCli } from '../support/cli.ts';

const t0 = 1_700_000_000;
let folder = '';
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'foresync-analyze-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const analyze = (args: string[], input?: string) =>
  runCli(['analyze', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });
const write = (name: string, data: string | Buffer) => writeFileSync(path.join(folder, name), data);

test('with --state alone it reads a log as the forecast evaluation hands it over', async () => {
  write('before.tsv.gz', gzipSync(`${t0}000\tread\ta\t\n${t0}500\twrite\ta\t512\n`));
  const { exitCode, stdout, stderr } = await analyze([
    'before.tsv.gz',
    '--columns',
    'time,op,key,size',
    '--replica',
    'r1',
    '--state',
    'a.db',
    '--json',
  ]);
  assert.deepEqual([exitCode, stderr], [0, '']);
  const result = JSON.parse(stdout);
  assert.deepEqual([result.lines, result.events, result.rejected, result.ignored], [2, 2, 0, 0]);
  assert.deepEqual([result.history.reads, result.history.writes, result.history.firstMs], [1, 1, t0 * 1000]);
  assert.equal(result.files[0].columns.key, 'column 3');
});

test('the page shows what was taken, what was not, and what comes next, in 80 columns without escapes', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, i) => `${t0 + i},get,${'long key '.repeat(20)}\u001b[31m${i % 7},10`,
  );
  const header = `time_${'t'.repeat(90)},op,sku,size`;
  write('page.csv', [header, 'bad\u001b[2J,get,a,1', ...lines].join('\n'));
  const name = 'n'.repeat(150);
  await analyze(['page.csv', '--columns', 'time,op,key,size', '--replica', name, '--state', 'page.db']);
  const { exitCode, stdout } = await analyze([
    `../${path.basename(folder)}/././././././././././././././././page.csv`,
    '--columns',
    'time,op,key,size',
    '--state',
    'page.db',
  ]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /42 lines = 40 events \+ 1 rejected \+ 1 ignored \(header line\)/);
  assert.match(stdout, /✓ page\.csv|! page\.csv/);
  assert.match(stdout, /line 2: 'bad\\u001b\[2J' is not a time/);
  assert.match(stdout, /foresync plan --state page\.db/);
  assert.match(stdout, /Replicas .*\n +n{13}… /);
  assert.match(stdout, /Hottest +long key .*….*31m0 /);
  assert.ok(!stdout.includes('\u001b'));
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
});

test("without LOG it reads what foresync.yaml names, and a named LOG is its replica's", async () => {
  write('east-1.csv', `${t0},a\n`);
  write('east-2.csv', `${t0},b\n${t0},c\n`);
  write(
    'group.yaml',
    'group: g\ntable: t\nlead: east\nreplicas:\n  east: { store: "sqlite:a.db", logs: ["east-*.csv"] }\n  west: { store: "sqlite:b.db", logs: ["west.csv"] }\n',
  );
  const all = JSON.parse((await analyze(['--config', 'group.yaml', '--state', 'g.db', '--json'])).stdout);
  assert.deepEqual(
    all.files.map((file: { replica: string; events: number }) => [file.replica, file.events]),
    [
      ['east', 1],
      ['east', 2],
    ],
  );
  assert.deepEqual(all.replicasWithoutLogs, ['west']);
  write('other.csv', `${t0},z\n`);
  const named = JSON.parse(
    (
      await analyze([
        'east-1.csv',
        './other.csv',
        'other.csv',
        '--config',
        'group.yaml',
        '--state',
        'n.db',
        '--json',
      ])
    ).stdout,
  );
  assert.deepEqual(
    named.files.map((file: { replica: string }) => file.replica),
    ['east', 'default'],
  );
});

test('a glob that no shell expanded is expanded, and a file that has such a name is itself', async () => {
  write('glob-1.csv', `${t0},a\n`);
  write('glob-2.csv', `${t0},b\n${t0},c\n`);
  write('[x]*.csv', `${t0},kite\n`);
  const { stdout } = await analyze(['glob-?.csv', '[x]*.csv', 'glob-1.csv', '--state', 'glob.db', '--json']);
  assert.deepEqual(
    JSON.parse(stdout).files.map((file: { path: string; events: number }) => [file.path, file.events]),
    [
      ['glob-1.csv', 1],
      ['glob-2.csv', 2],
      ['[x]*.csv', 1],
    ],
  );
});

test('header lines are told from others that are ignored, and lines are events, rejected and ignored', async () => {
  write('head.csv', `time,op,key\n${t0},get,a\n\n# a remark\nbad,get,b\n${t0},,c\n`);
  const { stdout } = await analyze([path.join(folder, 'head.csv'), '--state', 'h.db', '--json']);
  const { lines, events, rejected, ignored, headers } = JSON.parse(stdout);
  assert.deepEqual([lines, events, rejected, ignored, headers], [6, 1, 2, 3, 1]);
  const page = (await analyze([path.join(folder, 'head.csv'), '--state', 'p.db'])).stdout;
  assert.match(page, /6 lines = 1 event \+ 2 rejected \+ 3 ignored \(1 header line\)/);
  assert.match(page, /^\S head\.csv/m);
});

test('formats are named, keys are mapped by a pattern, and other text is read by one', async () => {
  const json = async (...args: string[]) =>
    JSON.parse((await analyze([...args, '--state', `f${args[0]}.db`, '--json'])).stdout);
  const counts = ({ lines, eventLines, events, rejected, ignored, unmatched }: Record<string, number>) => [
    lines,
    eventLines,
    events,
    rejected,
    ignored,
    unmatched,
  ];
  write(
    'monitor.log',
    `OK\n${t0}.500000 [0 lua] "mget" "item:1" "item:2"\n${t0}.600000 [0 lua] "get" "cart:1"\n`,
  );
  const monitor = await json('monitor.log', '--format', 'monitor', '--key-pattern', '^item:(?<key>.*)');
  assert.deepEqual(counts(monitor), [3, 1, 2, 0, 2, 1]);
  assert.deepEqual(counts(monitor.files[0]), [3, 1, 2, 0, 2, 1]);
  assert.equal(monitor.files[0].format, 'monitor');
  assert.deepEqual(
    monitor.history.hottest.map(({ key }: { key: string }) => key),
    ['1', '2'],
  );
  write('words.log', `${t0} fetched a\nhello\n`);
  const words = await json('words.log', '--pattern', '^(?<time>\\d+) fetched (?<key>.*)');
  assert.deepEqual(counts(words), [2, 1, 1, 0, 1, 1]);
  const { stdout } = await analyze([
    'monitor.log',
    '--key-pattern',
    '^item:(?<key>.*)',
    '--state',
    'patterned.db',
  ]);
  assert.match(
    stdout,
    /3 lines = 1 with 2 events \+ 0 rejected \+ 2 ignored \(1 unmatched by the\s+pattern\)/,
  );
});

test('--json and the page tell of a shifted clock, a gap and keys that one replica alone sees', async () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const minutes = 3 * 1440;
  const writes = Array.from({ length: minutes }, () => Math.floor(random() * 5));
  const logOf = (name: string, offset: number, isSilent: (minute: number) => boolean) =>
    writes.flatMap((count, minute) =>
      isSilent(minute)
        ? []
        : [
            ...new Array(count).fill(`${t0 + (minute + offset) * 60},write,shared\n`),
            `${t0 + minute * 60},read,${name}-${minute % 9}\n`,
          ],
    );
  write('a.csv', logOf('a', 0, () => false).join(''));
  write('b.csv', logOf('b', 25, (minute) => minute >= 2000 && minute < 2200).join(''));
  write(
    'ab.yaml',
    'group: g\ntable: t\nlead: a\nreplicas:\n  a: { store: "sqlite:a.db", logs: ["a.csv"] }\n  b: { store: "sqlite:b.db", logs: ["b.csv"] }\n',
  );
  const page = (await analyze(['--config', 'ab.yaml', '--state', 'ab.db'])).stdout;
  assert.match(page, /Clocks +! b's writes are 25 min later than a's/);
  assert.match(page, /Gaps \(UTC\) +! b +\d{4}-\d\d-\d\d \d\d:\d\d silent/);
  const json = (await analyze(['--config', 'ab.yaml', '--state', 'ab.db', '--json'])).stdout;
  const { replicas, course } = JSON.parse(json).history;
  assert.deepEqual(
    replicas.map(({ name, keys, onlyKeys }: Record<string, unknown>) => [name, keys, onlyKeys]),
    [
      ['a', 10, 9],
      ['b', 10, 9],
    ],
  );
  assert.equal(course.clockSkew.replicas[0].offsetMs, 25 * 60_000);
  assert.equal(course.gaps.largest[0].replica, 'b');
  assert.deepEqual(Object.keys(course), [
    'span',
    'timeline',
    'trend',
    'weekHours',
    'workingSet',
    'newKeys',
    'gaps',
    'clockSkew',
  ]);
});

test('times out of order, in the future and in two units are told, and those of another century rejected', async () => {
  const soonMs = Date.now() + 3_600_000;
  const rows = [`${t0}`, `${t0 - 90}`, `${t0}000`, `${soonMs}`, '4070908800'].map((time) => `${time},get,a`);
  write('times.csv', `${rows.join('\n')}\n`);
  const { exitCode, stdout } = await analyze(['times.csv', '--state', 'times.db']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /! times\.csv/);
  assert.match(stdout, /line 5: the time lies in the future/);
  assert.match(stdout, /times are in 2 units: 3 in s, 2 in ms/);
  assert.match(stdout, /1 event lies in the future, the last at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  assert.match(stdout, /1 event out of order, 1 min 30 s back at most/);
  const json = JSON.parse(
    (await analyze(['times.csv', '--state', 'times.db', '--rebuild', '--json'])).stdout,
  );
  assert.deepEqual(json.files[0].times, {
    firstMs: t0 * 1000,
    lastMs: soonMs,
    earliestMs: (t0 - 90) * 1000,
    latestMs: soonMs,
    outOfOrder: 1,
    farthestBackMs: 90_000,
    future: 1,
    units: { s: 3, ms: 2, us: 0, ns: 0 },
  });
  assert.deepEqual([json.history.lastMs, json.rejected], [soonMs, 1]);
});

test('standard input is read', async () => {
  const { stdout } = await analyze(
    ['-', '--state', 'in.db', '--json'],
    '{"ts":"2011-11-01T00:00:00Z","key":"a"}\n',
  );
  assert.equal(JSON.parse(stdout).events, 1);
});

test('each thing that cannot be done is one line and an exit code', async () => {
  write('bad.csv', `${t0},read,a\nx,read,a\n`);
  write('binary.csv', Buffer.from([0, 1, 2, 3, 4, 5]));
  write('empty.csv', '');
  const cases: [string[], number, RegExp][] = [
    [['nowhere.csv'], 74, /There is no nowhere\.csv/],
    [['binary.csv'], 65, /binary\.csv is a binary file/],
    [['glob-none-*.csv'], 74, /There is no glob-none-\*\.csv/],
    [['--', '-oProxyCommand=touch x:/log'], 64, /is no host/],
    [['bad.csv', '--strict'], 65, /bad\.csv, line 2: 'x' is not a time/],
    [['bad.csv', '--columns', 'time,op'], 64, /there is no key/],
    [['bad.csv', '--replica', ''], 64, /A replica has a name/],
    [['--config', 'none.yaml'], 78, /There is no .*none\.yaml/],
    [['bad.csv', '--format', 'xml'], 64, /xml/],
    [['bad.csv', '--key-pattern', '('], 64, /--key-pattern: the pattern \(: /],
    // Wrong usage is wrong where there is nothing to read, too.
    [['empty.csv', '--key-pattern', 'no group'], 64, /there is no group \(\?<key>/],
    [['bad.csv', '--pattern', '(?<time>.)'], 64, /there is no group \(\?<key>/],
    [['bad.csv', '--format', 'mysql-general'], 64, /needs --key-pattern/],
  ];
  for (const [args, expected, message] of cases) {
    const { exitCode, stderr, stdout } = await analyze(['--state', 'e.db', ...args]);
    assert.equal(exitCode, expected, args.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
    assert.ok(stderr.trim().split('\n').length <= 2, stderr);
  }
  const { exitCode, stdout } = await analyze(['empty.csv', '--state', 'e.db']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /empty, nothing to read/);
});
