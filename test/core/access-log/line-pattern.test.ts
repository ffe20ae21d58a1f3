import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { brief, collect, countsOf, holdsForAnyBytes } from './collect.ts';

const pattern = '^(?<time>\\S+) (?<op>\\w+) row (?<key>\\w+)(?: \\((?<size>\\d+) bytes\\))?$';

test('text of any kind is read by named groups, and lines that do not match are counted', async () => {
  const log = [
    '2026-01-02T03:04:05Z fetch row a1 (12 bytes)',
    '2026-01-02T03:04:06Z update row b2',
    'the server has started',
    '',
    '2026-01-02T03:04:07Z juggle row b2',
    'x'.repeat(9000),
  ];
  const { events, read } = await collect(log.join('\r\n'), { pattern });
  assert.equal(read.layout?.format, 'pattern');
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.deepEqual(brief(events), [`${at} a1 12`, `${at + 1000} b2*`]);
  assert.deepEqual(countsOf(read), [2, 2, 2, 2, 1]);
  assert.deepEqual(read.tally.firstRejects, [
    { line: 5, reason: "'juggle' is not an operation" },
    { line: 6, reason: 'the line is longer than 8 KiB' },
  ]);
});

test('a key pattern maps the key that the pattern found', async () => {
  const log = '1700000000 /a/1\n1700000001 /b/2\n';
  const { events, read } = await collect(log, {
    pattern: '(?<time>\\d+) (?<key>.*)',
    keyPattern: '/a/(?<key>.*)',
  });
  assert.deepEqual(brief(events), ['1700000000000 1']);
  assert.deepEqual(countsOf(read), [1, 1, 0, 1, 1]);
});

test('what does not go together is a usage error', async () => {
  const cases: [Parameters<typeof collect>[1], string][] = [
    [{ pattern: '(?<time>.)' }, 'pattern-invalid'],
    [{ pattern: '(' }, 'pattern-invalid'],
    [{ format: 'pattern' }, 'pattern-missing'],
    [{ format: 'tsv', pattern }, 'log-format-choice'],
    [{ format: 'combined', columns: 'time,key' }, 'log-format-choice'],
    [{ format: 'mysql-general' }, 'log-format-choice'],
    [{ keyPattern: 'x' }, 'pattern-invalid'],
  ];
  for (const [options, code] of cases) {
    await assert.rejects(
      collect('1700000000\ta\n', options),
      (error) => error instanceof ForesyncError && error.kind === 'usage' && error.code === code,
      code,
    );
  }
});

test('any bytes, however cut', () =>
  holdsForAnyBytes(['1700000000 get row a', ' get', ' row', ' a', '(', '1 bytes)', 'é'], { pattern }));
