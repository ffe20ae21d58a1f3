import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { shellLines } from '../../src/cli/next-step.ts';

test('a suggested command that is wider than the terminal stands on lines that a shell takes for one', () => {
  const command =
    "foresync add-replica NAME --host 'a b' --store 'sqlite:/srv/it'\\''s --here.db' --plan evening.jsonl";
  const shell = (text: string) =>
    execFileSync('sh', ['-c', `foresync() { printf '%s|' "$@"; }; ${text}`], { encoding: 'utf8' });
  assert.deepEqual(shellLines(command, 200, 8), [command]);
  for (const columns of [30, 50, 79]) {
    const lines = shellLines(command, columns, 8);
    assert.ok(lines.length > 1);
    assert.equal(shell(lines.join('\n')), shell(command), lines.join('\n'));
  }
  assert.deepEqual(
    shellLines('foresync add-replica NAME --host HOST --store sqlite:PATH --plan p.jsonl', 60, 8),
    ['foresync add-replica NAME --host HOST \\', '    --store sqlite:PATH --plan p.jsonl'],
  );
});
