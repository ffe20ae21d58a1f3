import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

const time = '2026-01-02 03:04:05.123 UTC';
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 123);
const keyPattern = "(?:\\bid = |\\$1 = )'(?<key>\\d+)'";
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The 26 columns of PostgreSQL 15, 20.8.4. */
const csv = (message: string, detail = '') =>
  `${time},"app","shop",4711,"127.0.0.1:50000",65a.1,3,"SELECT",${time},3/7,0,LOG,00000,${quoted(message)},${
    detail === '' ? '' : quoted(detail)
  },,,,,,,,"psql","client backend",,0`;

/** The keys of PostgreSQL 15, 20.8.5. */
const json = (message: string, detail?: string) =>
  JSON.stringify({
    timestamp: time,
    user: 'app',
    dbname: 'shop',
    pid: 4711,
    error_severity: 'LOG',
    message,
    ...(detail === undefined ? {} : { detail }),
    backend_type: 'client backend',
  });

const records: [string, string?][] = [
  ["statement: SELECT *\nFROM item\nWHERE id = '7'"],
  ['execute <unnamed>: SELECT * FROM item WHERE id = $1', "parameters: $1 = '8', $2 = NULL"],
  ['duration: 0.123 ms  execute put/C_1: UPDATE item SET n = $2 WHERE id = $1', "Parameters: $1 = '9'"],
  ["duration: 1.5 ms  statement: /* trace=1 */ -- x\n(INSERT INTO item VALUES (id = '10'))"],
  ["statement: WITH gone AS (DELETE FROM item WHERE id = '11' RETURNING *) SELECT * FROM gone"],
  ["statement: WITH x AS (SELECT 1) SELECT * FROM item WHERE id = '12'"],
  ["statement: merge INTO item USING x ON id = '13'"],
  ['statement: SELECT now() AS "now"'],
  ['statement: BEGIN'],
  ["duration: 0.1 ms  parse <unnamed>: SELECT * FROM item WHERE id = '1'"],
  ["duration: 0.1 ms  bind <unnamed>: SELECT * FROM item WHERE id = '1'"],
  ["execute fetch from C_1/C_1: SELECT * FROM item WHERE id = '1'"],
  ['duration: 0.05 ms'],
  ["checkpoint starting: id = '1'"],
];

const expected = ['7', '8', '9*', '10*', '11*', '12', '13*'].map((key) => `${at} ${key}`);

test('statements of csvlog and jsonlog are read, by detection and by name', async () => {
  for (const [format, write] of [
    ['postgres-csvlog', csv],
    ['postgres-jsonlog', json],
  ] as const) {
    for (const options of [{}, { format }]) {
      const log = records.map(([message, detail]) => write(message, detail)).join('\n');
      const { events, read } = await collect(log, { ...options, keyPattern });
      assert.equal(read.layout?.format, format);
      assert.deepEqual(brief(events), expected);
      assert.deepEqual(countsOf(read), [7, 7, 0, 7, 1]);
    }
  }
});

test('what is broken is rejected with its line', async () => {
  const log = [csv('statement: SELECT\n1'), 'words', csv("statement: SELECT id = '1'").replace(time, 'soon')];
  const { read } = await collect(log.join('\n'), { format: 'postgres-csvlog', keyPattern });
  assert.deepEqual(read.tally.firstRejects, [
    { line: 3, reason: '1 column where 15 are needed' },
    { line: 4, reason: "'soon' is not a time" },
  ]);
});

test('a log of statements cannot be read without a key pattern', async () => {
  await assert.rejects(collect(csv('statement: SELECT 1')), { code: 'log-format-choice', kind: 'usage' });
});

test('any bytes, however cut', async () => {
  const pieces = ['"', '""', ',', "id = '7'", 'statement: SELECT ', '/*', '*/', 'with '];
  await holdsForAnyBytes([csv("statement: SELECT id = '1'"), ...pieces], {
    format: 'postgres-csvlog',
    keyPattern,
  });
  await holdsForAnyBytes([json("statement: SELECT id = '1'"), '{"message":"statement: ', '"}', ...pieces], {
    format: 'postgres-jsonlog',
    keyPattern,
  });
});
