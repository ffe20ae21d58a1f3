import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 123);
const keyPattern = '\\bid = (?<key>\\d+)';
const entry = (command: string, text: string, zone = 'Z') =>
  `2026-01-02T03:04:05.123456${zone}\t   8 ${command}\t${text}`;

const lines = [
  '/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:',
  'Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock',
  'Time                 Id Command    Argument',
  entry('Connect', 'app@localhost on shop using Socket'),
  entry('Query', 'SELECT *\nFROM item\n\nWHERE id = 7'),
  entry('Prepare', 'SELECT * FROM item WHERE id = ?'),
  entry('Execute', 'SELECT * FROM item WHERE id = 8', '+01:00'),
  entry('Query', 'REPLACE INTO item SET id = 9'),
  entry('Query', 'SELECT 1'),
  entry('Init DB', 'id = 1'),
  entry('Quit', ''),
  entry('Query', 'DELETE FROM item\nWHERE id = 10'),
];

test('the general log is read, by detection and by name; lines that go on belong to their statement', async () => {
  for (const options of [{}, { format: 'mysql-general' as const }]) {
    for (const chunkBytes of [1 << 20, 40]) {
      const { events, read } = await collect(lines.join('\n'), { ...options, keyPattern, chunkBytes });
      assert.equal(read.layout?.format, 'mysql-general');
      assert.deepEqual(brief(events), [`${at} 7`, `${at - 3_600_000} 8`, `${at} 9*`, `${at} 10*`]);
      assert.deepEqual(countsOf(read), [4, 4, 0, 8, 1]);
      assert.equal(read.tally.nextLine, 17);
    }
  }
});

test('a statement of more than 1 MiB is rejected, wherever it is cut, and the next is read', async () => {
  const log = [
    entry('Query', `SELECT id = 1\n${`${'x'.repeat(99)}\n`.repeat(11_000)}`),
    entry('Query', `SELECT id = 2\n${'x'.repeat(2 << 20)}\nrest`),
    entry('Query', 'SELECT id = 3'),
  ].join('\n');
  for (const chunkBytes of [100_000, 1 << 20, 1 << 24]) {
    const { events, read } = await collect(log, { format: 'mysql-general', keyPattern, chunkBytes });
    assert.deepEqual(brief(events), [`${at} 2`, `${at} 3`]);
    assert.deepEqual(
      read.tally.firstRejects.map(({ reason }) => reason),
      ['the statement is longer than 1 MiB', 'the line is longer than 1 MiB'],
    );
    assert.equal(read.tally.nextLine, 11_007);
    // What goes on behind 1 MiB is not held, and ignored line by line: it began no entry.
    assert.deepEqual(countsOf(read), [2, 2, 2, 11_000 - Math.ceil((1 << 20) / 100) + 2, 0]);
  }
});

test('any bytes, however cut', () =>
  holdsForAnyBytes(
    [
      entry('Query', 'SELECT id = 7'),
      entry('Query', ''),
      entry('Quit', ''),
      'id = 8',
      '\t',
      '2026-01-02T03:04',
    ],
    { format: 'mysql-general', keyPattern },
  ));
