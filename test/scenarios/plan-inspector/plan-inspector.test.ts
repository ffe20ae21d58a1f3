import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { entry, manyEntries, planFile } from '../../core/plan/inspect/plan-examples.ts';
import { runJs } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/tables.ts';
import { TmuxTerminal, withoutTmux } from '../../support/tmux.ts';

/** The columns in which the confidence ends, of the rows that are listed. */
function confidenceEnds(screen: string[]): number[] {
  return screen.flatMap((line) => {
    const match = /^(.{2} *\d+ .*?)\d\.\d{3} /.exec(line);
    return match ? [stringWidth(match[0])] : [];
  });
}

for (const [columns, rows] of [
  [80, 24],
  [200, 60],
] as const) {
  test(`an operator at ${columns}x${rows} looks for a key, tries a threshold, excludes, saves and quits`, {
    skip: withoutTmux() ?? false,
  }, async (t) => {
    const folder = temporaryFolder(t);
    const odd = ['漢字かな交じり', 'e\u0301'.repeat(8), 'x'.repeat(2000), 'evil\u001b[31m\u0007'];
    await planFile(folder, [...odd.map((key) => entry(key, { expectedReads: 999 })), ...manyEntries(5000)], {
      group: 'shop',
      table: 'items',
    });
    const command = `env -u CI LANG=C.UTF-8 NO_COLOR=1 ${runJs} plan inspect plan.jsonl`;
    const terminal = new TmuxTerminal(t, command, { columns, rows, cwd: folder });

    const first = await terminal.shows(/1 of 5,004[\s\S]*q quit/);
    assert.equal(first.length, rows);
    assert.equal(first[0]?.slice(0, 22), 'plan.jsonl  2026-01-31');
    assert.match(first[4] ?? '', /^› +1 漢字かな交じり +0\.900 /);
    assert.match(first[7] ?? '', /4 evil\\u001b\[31m\\u0007/);
    const ends = confidenceEnds(first);
    assert.equal(ends.length, rows - 7);
    assert.equal(new Set(ends).size, 1, 'columns are straight');

    terminal.type('/user:5', 'Enter');
    const found = await terminal.shows(/'user:5' in \d+ keys/);
    assert.ok(found.some((line) => /^›\*.* user:5/.test(line)));

    terminal.type('Enter');
    const detail = await terminal.shows(/There is no state file foresync\.db here/);
    assert.match(detail.join('\n'), /✓ user:5/);
    assert.equal(
      detail.some((line) => / │ /.test(line)),
      columns === 200,
      'the list stays beside it where there is room',
    );

    terminal.type('Escape');
    await terminal.shows(/CONF\. +READS[\s\S]*\/ search/);
    terminal.type('t', '0.5');
    await terminal.shows(/2,505 of 5,004 keys[\s\S]*Threshold \(now 0\.5;/);
    terminal.type('Enter', 'x');
    await terminal.shows(/changes not saved, 1 excluded/);
    terminal.type('c');
    await terminal.shows(/expected hit rate against bytes/);
    terminal.type('Escape', 'w', 'C-u', 'edited.jsonl', 'Enter');
    await terminal.shows(/Written to edited\.jsonl/);

    terminal.resize(200 - columns + 80, 40);
    await terminal.shows(columns === 80 ? /DONOR +MODEL/ : /FIRST READ {2}MARK/);
    terminal.type('q');
    const last = await terminal.shows(/ended with 0/);
    assert.match(
      last.join('\n'),
      /✓ A new plan of 2,504 keys is in edited\.jsonl[\s\S]*Next: foresync add-replica/,
    );
    const [header = ''] = readFileSync(path.join(folder, 'edited.jsonl'), 'utf8').split('\n');
    assert.deepEqual(
      { entries: JSON.parse(header).entries, minConfidence: JSON.parse(header).minConfidence },
      { entries: 2504, minConfidence: 0.5 },
    );
  });
}

test('ctrl-C leaves the screen at once, with 130', { skip: withoutTmux() ?? false }, async (t) => {
  const folder = temporaryFolder(t);
  await planFile(folder, manyEntries(10));
  const command = `env -u CI LANG=C.UTF-8 ${runJs} plan inspect plan.jsonl`;
  const terminal = new TmuxTerminal(t, command, { columns: 80, rows: 24, cwd: folder });
  await terminal.shows(/1 of 10/);
  terminal.type('p', 'C-c');
  await terminal.shows(/Interrupted[\s\S]*ended with 130/);
});
