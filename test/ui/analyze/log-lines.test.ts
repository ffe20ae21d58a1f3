import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogReport } from '../../../src/core/history/log-report.ts';
import { logLines } from '../../../src/ui/analyze/log-lines.ts';
import { frame, widest } from './page-example.ts';

const report = (changes: Partial<LogReport> = {}): LogReport => ({
  path: 'a.csv',
  replica: 'us-east',
  format: 'csv',
  compression: 'none',
  columns: { time: 'ts', op: 'op', key: 'column 3' },
  lines: 11,
  events: 10,
  eventLines: 10,
  rejected: 0,
  ignored: 1,
  headers: 1,
  unmatched: 0,
  rejects: [],
  bytes: 100,
  state: 'new',
  ...changes,
});

test('a log is a line, with its columns under it, and the sum of all at the end', () => {
  assert.deepEqual(logLines([report()], frame()), [
    '✓ a.csv · replica us-east',
    '  10 events · csv: time = ts, operation = op, key 3',
    '  11 lines = 10 events + 0 rejected + 1 ignored (header line)',
  ]);
});

test('rejected lines are shown with their reasons, and such logs before all others', () => {
  const sound = Array.from({ length: 20 }, (_, i) => report({ path: `${i}.csv` }));
  const rejects = [{ line: 1234, reason: `'\u001b[2J${'x'.repeat(200)}' is not a time` }];
  const lines = logLines([...sound, report({ path: 'bad.csv', rejected: 3, rejects })], frame());
  assert.equal(lines[0], '! bad.csv · replica us-east');
  assert.match(lines[2] ?? '', /^ {4}line 1,234: '\\u001b\[2Jx+…$/);
  assert.equal(lines[3], '    and 2 more that could not be read');
  assert.equal(lines.at(-2), '  and 13 more files, 130 events');
});

test('no line is wider than the terminal, however long paths, names and columns are', () => {
  const long = report({
    path: `/somewhere/${'日本語'.repeat(60)}.csv`,
    replica: '複製'.repeat(50),
    columns: { time: 't'.repeat(100), key: 'k'.repeat(100) },
    events: 1e12,
  });
  for (const columns of [80, 97, 120]) assert.ok(widest(logLines([long, long], frame(columns))) <= columns);
});
