import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinArguments, leaveDeadRun, shopFolder, statusOf } from '../../support/cli-shop.ts';
import { withoutTmux } from '../../support/tmux.ts';
import { Seat } from './stage.ts';

const skip = withoutTmux() ?? false;

test('on a narrow terminal errors, hints, questions and next steps are broken between words, and commands are not', {
  skip,
}, async (t) => {
  const cwd = shopFolder(t, 25_000);
  await leaveDeadRun(t, cwd, 'first');
  const terminal = await Seat.take(t, { cwd, columns: 40, rows: 24 });
  terminal.command(`foresync ${joinArguments('other', 'sqlite:other.db').join(' ')} --progress none`);
  const refused = await terminal.shows(/✗ Run /, /^\$$/m);
  const from = refused.findIndex((line) => line.startsWith('✗'));
  const id = /Run (\S+)/.exec(refused[from] ?? '')?.[1];
  assert.deepEqual(refused.slice(from, -1), [
    `✗ Run ${id} (add-replica first) has`,
    '  died, and holds the Delta Log at east.',
    `  → 'foresync resume ${id}' goes on`,
    `    with it, 'foresync abort ${id}'`,
    '    gives it up.',
  ]);
  await terminal.cleared();
  terminal.command('foresync init --replica east=shop.db --config c.yaml');
  await terminal.shows(
    /^ {2}Tables with a primary key: items \(by\n {2}id\), others \(by id\)\nThe table \[items\]:$/m,
  );
  terminal.type('Enter');
  await terminal.shows(/^A name for the replicas of this table\n\[shop\]:$/m);
  terminal.type('Enter');
  await terminal.shows(/^Access logs of east, as a file or a glob\nthere; Enter for none:$/m);
});

test('on 60 columns the printed pages are no wider, and no word is broken', { skip }, async (t) => {
  const cwd = shopFolder(t, 25_000);
  await leaveDeadRun(t, cwd, 'first');
  const terminal = await Seat.take(t, { cwd, columns: 60, rows: 60 });
  const [run] = (await statusOf(cwd)).unfinished;
  for (const [line, end] of [
    ['status', /foresync abort [0-9a-f]{8}$/m],
    [`status ${run?.id}`, /foresync abort [0-9a-f]{8}$/m],
    ['metrics', /foresync's\n? *defaults/],
    [`metrics ${run?.id}`, /phase snapshot|UNCOMPRESSED|uncompressed/],
  ] as const) {
    await terminal.cleared();
    terminal.command(`foresync ${line}; echo "code $?"`);
    await terminal.shows(end, /^code 0$/m);
    const pages = terminal.written().filter((text) => !text.includes('echo "code'));
    for (const text of pages) assert.ok(text.length <= 60, `${line}: ${text}`);
  }
});
