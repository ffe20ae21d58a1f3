import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

const at = 1_339_518_083_107;
const head = '1339518083.107412 [0 127.0.0.1:60866]';
const line = (...words: string[]) => `${head} ${words.map((word) => `"${word}"`).join(' ')}`;

async function keysOf(...words: string[]): Promise<string> {
  const { events, read } = await collect(`${line(...words)}\n`, { format: 'monitor' });
  assert.equal(read.tally.lines, 1);
  assert.equal(read.tally.rejected, 0, words.join(' '));
  return events.map(({ key, isWrite }) => `${key}${isWrite ? '*' : ''}`).join(' ');
}

/** Redis, Commands, MONITOR: the first example, with more commands. */
const example = [
  'OK',
  `${head} "keys" "*"`,
  '1339518087.877697 [0 127.0.0.1:60866] "dbsize"',
  '1339518090.420270 [0 [::1]:60866] "set" "x" "6"',
  '1339518096.506257 [0 unix:/tmp/redis] sock] "get" "x"',
  '1339518099.363765 [0 lua] "DEL" "eval:x" "y"',
  '1339518100.544926 [15 127.0.0.1:60908] "mget" "a" "b" "c"',
];

test('the example of the documentation is read, by detection and by name; one line may give several events', async () => {
  for (const options of [{}, { format: 'monitor' as const }]) {
    const { events, read } = await collect(example.join('\n'), options);
    assert.equal(read.layout?.format, 'monitor');
    assert.deepEqual(brief(events), [
      '1339518090420 x*',
      '1339518096506 x',
      '1339518099363 eval:x*',
      '1339518099363 y*',
      '1339518100544 a',
      '1339518100544 b',
      '1339518100544 c',
    ]);
    assert.deepEqual(countsOf(read), [4, 7, 0, 3, 0]);
  }
});

test('each shape of the command table finds its keys', async () => {
  const cases: [string, string][] = [
    ['GeT k', 'k'],
    ['object encoding k', 'k'],
    ['memory doctor', ''],
    ['lcs a b LEN', 'a b'],
    ['exists a b', 'a b'],
    ['json.mget a b $', 'a b'],
    ['zunion 2 a b WITHSCORES', 'a b'],
    ['zunion x a', ''],
    ['zunion 9999999 a b', 'a b'],
    ['xread COUNT 2 streams a b 0-0 0-0', 'a b'],
    ['xreadgroup GROUP g c STREAMS a >', 'a'],
    ['setex k 10 v', 'k*'],
    ['xgroup CREATE k g 0', 'k*'],
    ['rename a b', 'a* b*'],
    ['lmove a b LEFT RIGHT', 'a* b*'],
    ['unlink a b', 'a* b*'],
    ['blpop a b 0', 'a* b*'],
    ['mset a 1 b 2', 'a* b*'],
    ['lmpop 2 a b LEFT', 'a* b*'],
    ['blmpop 0 2 a b LEFT', 'a* b*'],
    ['msetex 2 a 1 b 2 EX 10', 'a* b*'],
    ['copy a b', 'a b*'],
    ['sort a BY nosort STORE d', 'a d*'],
    ['sort a', 'a'],
    ['georadius g 1 2 3 m STOREDIST d', 'g d*'],
    ['zrangestore d s 0 -1', 'd* s'],
    ['sinterstore d a b', 'd* a b'],
    ['zinterstore d 2 a b WEIGHTS 1 2', 'd* a b'],
    ['bitop AND d a b', 'd* a b'],
    ['migrate h 6379 k 0 100', 'k*'],
    ['sort store STORE d', 'store d*'],
    ['xreadgroup GROUP streams c STREAMS a b > >', 'a b'],
    ['migrate h 6379 _ 0 100 COPY AUTH pw KEYS a b', '_* a* b*'],
    ['eval script 1 k', ''],
    ['get', ''],
  ];
  for (const [command, keys] of cases) assert.equal(await keysOf(...command.split(' ')), keys, command);
});

test('escapes in arguments are undone, and a reply may begin with its plus', async () => {
  const { events } = await collect(`+${line('get', '\\"a\\\\\\n\\r\\t\\a\\b\\xc3\\xa9 b')}\n`);
  assert.equal(events[0]?.key, '"a\\\n\r\t\u0007\bé b');
});

test('a line that is not of the form is rejected', async () => {
  const broken = [`${head} "get"x"k"`, `${head} "get" "k`, `${head} "get" "\\xg0"`, `${head} "get"  "k"`];
  const { read } = await collect([...broken, `${head} get k`, head].join('\n'), { format: 'monitor' });
  assert.deepEqual(countsOf(read), [0, 0, 6, 0, 0]);
});

test('a secret comes into no reason', async () => {
  const lines = [
    line('auth', 'hunter2'),
    line('HELLO', '3', 'AUTH', 'user', 'hunter2'),
    line('AUTH hunter2'),
    line('nosuch', 'hunter2'),
    `${line('auth', 'hunter2')} "`,
    'hunter2',
  ];
  const { read } = await collect(lines.join('\n'), { format: 'monitor' });
  assert.deepEqual(countsOf(read), [0, 0, 4, 2, 0]);
  assert.deepEqual(
    read.tally.firstRejects.map(({ reason }) => reason),
    [
      'the first argument is not a known command',
      "'nosuch' is not a known command",
      'the line is not of the form: time [database client] "command" "argument"…',
      'the line does not begin with a time',
    ],
  );
});

test('a key pattern is held against each key, and a line counts once', async () => {
  const lines = [line('mget', 'item:1', 'cart:2', 'item:3'), line('get', 'cart:9')];
  const { events, read } = await collect(lines.join('\n'), { keyPattern: '^item:(?<key>.+)' });
  assert.deepEqual(brief(events), [`${at} 1`, `${at} 3`]);
  assert.deepEqual(countsOf(read), [1, 2, 0, 1, 1]);
});

test('any bytes, however cut', () =>
  holdsForAnyBytes(
    [
      line('get', 'a'),
      head,
      ' "',
      '"',
      '\\',
      '\\x4',
      '\\x41',
      'get',
      'zunion',
      '2',
      '9',
      'STORE',
      'xread',
      'STREAMS',
      ']',
    ],
    { format: 'monitor' },
  ));
