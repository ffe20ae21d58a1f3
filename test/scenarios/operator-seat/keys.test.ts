import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutTmux } from '../../support/tmux.ts';
import { openSeat, small, startRun, statusSays, throttle, wide } from './stage.ts';

const skip = withoutTmux() ?? false;

/** The screen under way at 80x24, to the character where nothing depends on time. */
const screenAt80: readonly RegExp[] = [
  /^ foresync add-replica {2}items {2}east ─▶ j {2}group shop +running [\d.]+ s$/,
  /^$/,
  /^ ✓ connect {3}done +[\d.]+ m?s$/,
  /^ ✓ capture {3}done +[\d.]+ m?s$/,
  /^ ✓ hot rows {2}done +[\d.]+ m?s {2}█+ 100 % {2}there after [\d.]+ s$/,
  /^ ● snapshot {2}running +[\d.]+ s {2}[█▉▊▋▌▍▎▏░]+ +<?\d+ % {2}(ETA .*|[\d,]+ rows)$/,
  /^ · delta {5}waiting$/,
  /^ · verify {4}waiting$/,
  /^ · publish {3}waiting$/,
  /^ · clean up {2}waiting$/,
  /^$/,
  /^ rate {6}[\d.]+ [KM]iB\/s {2}.* rows\/s {2}limit 64\.0 KiB\/s {2}.*[·▁▂▃▄▅▆▇█]$/,
  /^ plan {6}█+ 100 % of its reads {2}expected hit rate \d+ % by now$/,
  /^ Delta Log 0 keys waiting$/,
  /^ {20}hot {4}snapshot {7}delta {9}all$/,
  /^ rows +1 +[\d,]+ +0 +[\d,]+$/,
  /^ sent .* [KM]iB +0 B .* [KM]iB$/,
  /^ donors {4}east {2}reading +[\d,]+ rows +latency [\d.]+ m?s +local$/,
];

test('at 80x24 and at 200x60 one screen tells a run, its keys steer it, and other shells agree', {
  skip,
}, async (t) => {
  const { cwd, terminal } = await openSeat(t, small);
  await startRun(terminal);
  const lines = await terminal.shows(/latency/, /ETA .* m?i?n?s?$/m);
  for (const [index, pattern] of screenAt80.entries()) assert.match(lines[index] ?? '', pattern);
  assert.equal(lines.length, 23, 'one row less than the terminal');
  assert.equal(lines[22], ' ? help   p pause   - + throttle   l log   q quit');
  assert.match(lines.slice(18, 22).join('\n'), /\d\d:\d\d:\d\d {2}hot-ready {2}100 % of the expected reads/);

  terminal.type('p');
  await terminal.shows(
    /paused [\d.]+ m?s of [\d.]+ s$/m,
    /snapshot +running.* paused$/m,
    /p go on/,
    / {2}Paused; /,
  );
  const paused = await statusSays(cwd, ({ run }) => run.pausedSinceMs !== undefined);
  const { rows } = (await statusSays(cwd, ({ run }) => run.rowsPerSecond === 0)).run.byKind.snapshot;
  assert.equal(paused.run.etaMs, undefined);
  await throttle(cwd, 'resume');
  await terminal.shows(/running [\d.]+ s$/m, / {2}Goes on\./, /p pause/);
  await statusSays(cwd, ({ run }) => run.pausedSinceMs === undefined && run.byKind.snapshot.rows > rows);

  terminal.type('+', '+');
  await terminal.shows(/limit 256 KiB\/s/, /Sends no more than 256 KiB\/s now\./);
  await statusSays(cwd, ({ run }) => run.limit?.bytesPerSecond === 256 * 1024);
  terminal.type('-', '-');
  await terminal.shows(/limit 64\.0 KiB\/s/);
  await throttle(cwd, '100/s');
  await terminal.shows(/limit 100 B\/s/);
  terminal.type('-');
  await terminal.shows(/limit 100 B\/s/, / {2}Sends no more than 100 B\/s already: - goes no lower/);

  terminal.type('?');
  const help = await terminal.shows(/^ p +pause, or go on/m, /^ q +stop at a safe point/m, /^ esc back$/m);
  assert.ok(help.length < 24);
  assert.doesNotMatch(help.join('\n'), /…/, 'no line is cut');
  terminal.type('l');
  await terminal.shows(/connect {2}done in/, /Sends no more than 256 KiB\/s now\./, /up down a line/);
  terminal.resize(80, 12);
  const end = await terminal.shows(
    /^ foresync add-replica (?![\s\S]*joins east)[\s\S]*Sends no more than 100 B\/s now\./,
  );
  assert.ok(end.length < 12);
  terminal.type('g');
  await terminal.shows(/add-replica {2}items: j joins east/);
  terminal.type('q');

  terminal.resize(wide.columns, wide.rows);
  const side = await terminal.shows(
    /✓ connect .* {4}rate .*\n.*✓ capture .* {4}plan {6}█/,
    /connect.*\n(.*\n)*.*donors/,
  );
  assert.match(side.at(-1) ?? '', /q quit$/);
  terminal.resize(small.columns, small.rows);
  await terminal.shows(/^ rate /m);
  const back = await terminal.shows(/limit 100 B\/s/);
  for (const [index, pattern] of screenAt80.entries())
    if (index !== 11) assert.match(back[index] ?? '', pattern, 'nothing is left of the wide screen');

  terminal.type('q');
  await terminal.shows(
    /Stop\? The run does not go on without this program/,
    /foresync resume [0-9a-f]{8} goes on/,
    /y stop {3}n let it go on$/m,
  );
  terminal.type('x', 'n');
  await terminal.shows(/q quit$/m);
  terminal.type('q', 'y');
  await terminal.shows(
    /■ Stopped in phase snapshot/,
    /✗ Stopped; j is not there yet\.\n.*foresync resume/,
    /^\$$/m,
  );
  terminal.command('echo "code $?"; stty -a | grep -o " icanon"');
  await terminal.shows(/^code 75\n icanon$/m);
});
