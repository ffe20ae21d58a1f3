import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Check, failure, info, ok, type Report, warning } from '../../src/core/doctor/check.ts';
import { verdictOf } from '../../src/core/doctor/verdict.ts';
import { ForesyncError } from '../../src/core/errors.ts';
import { reportLines, verdictLines } from '../../src/ui/doctor-list.ts';
import { brushFor } from '../../src/ui/metrics-paint.ts';

const brush = (locale: string) => brushFor(['--no-color'], { LC_ALL: locale });

function report(checks: Check[], more: Partial<Report> = {}): Report {
  return { role: 'lead', replica: 'east', host: 'ops@east', checks, ...more };
}

const refused = (kind: 'permission' | 'unreachable') =>
  failure('ssh', new ForesyncError(kind, 'ssh-denied', 'No.', { hint: 'Ask.' }));

test('each check is a sign and what was found, and below it what to do, within 80 columns', () => {
  const long = 'word '.repeat(40).trim();
  const command = `sqlite3 ${'x'.repeat(100)}`;
  const lines = reportLines(
    report([
      ok('ssh', 'fine'),
      info('left', long),
      warning('clock', 'off', long, command),
      refused('permission'),
    ]),
    brush('C.UTF-8'),
  );
  assert.deepEqual(lines.slice(0, 4), [
    '',
    '  east the lead donor, at ops@east',
    '  ✓ ssh          fine',
    `  · left         ${'word '.repeat(12).trim()}`,
  ]);
  assert.deepEqual(lines.slice(-2), ['  ✗ ssh          No.', '                 → Ask.']);
  assert.deepEqual(
    lines.filter((line) => line.length > 79),
    [`                   ${command}`],
  );
  assert.equal(lines.filter((line) => line.includes('→')).length, 2);
});

test('names from outside steer no terminal, and a terminal without Unicode gets none', () => {
  const [, title = '', line = ''] = reportLines(
    report([warning('left', 'a\u001b[2Jb', 'c\u202ed')], { replica: 'e\u001b[2J' }),
    brush('C'),
  );
  assert.match(title, /^ {2}e\\u001b\[2J /);
  assert.equal(line, '  ! left         a\\u001b[2Jb');
  const plain = reportLines(report([ok('ssh', 'fine'), refused('permission')]), brush('C')).join('\n');
  assert.match(plain, /^[ -~\n]+$/);
});

test('what it comes to is one line, and the exit code is that of the first failure', () => {
  const come = (checks: Check[][]) => {
    const verdict = verdictOf(checks.map((one) => report(one)));
    return [verdict.exitCode, verdictLines(verdict, brush('C')).join('')];
  };
  assert.deepEqual(come([[ok('ssh', '')]]), [0, 'Ready.']);
  assert.deepEqual(come([[warning('ssh', '', '')]]), [0, 'Ready. 1 warning.']);
  const both = [[warning('ssh', '', ''), refused('unreachable')], [refused('permission')]];
  assert.deepEqual(come(both), [69, '2 failures, 1 warning.']);
});
