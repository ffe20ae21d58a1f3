import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutTmux } from '../../support/tmux.ts';
import { openSeat, small, startRun, throttle, wide } from './stage.ts';

const skip = withoutTmux() ?? false;

for (const size of [small, wide]) {
  test(`at ${size.columns}x${size.rows} the last frame stays as a summary, once`, { skip }, async (t) => {
    const { cwd, terminal } = await openSeat(t, size);
    await startRun(terminal);
    assert.match(terminal.screen()[0] ?? '', /foresync add-replica/, 'drawn from the first row');
    await throttle(cwd, 'off');
    const lines = await terminal.shows(/Next: foresync metrics/, /^\$$/m);
    const screen = lines.join('\n');
    assert.match(screen, /✓ j holds items: 25,001 rows, equal to east at watermark \d+\./);
    assert.match(screen, /✓ clean up +done/);
    const all = terminal.everything();
    assert.equal(all.split(' foresync add-replica  items').length - 1, 1, all);
    assert.match(all, /connect {2}done in .*\n(.*\n)* foresync add-replica .* done [\d.]+ s/);
  });
}

test('a terminal that knows neither colours nor more than ASCII gets words and ASCII; a dumb one gets lines', {
  skip,
}, async (t) => {
  const { cwd, terminal } = await openSeat(t, small, { LC_ALL: 'C', NO_COLOR: '1' });
  await startRun(terminal, '100/s');
  const lines = await terminal.shows(/^ > snapshot +running/m, /east -> j/, /^ plan +#+ /m);
  assert.match(lines.join(''), /^[\x20-\x7e]*$/);
  terminal.type('C-c');
  await terminal.shows(/^ # Stopped in phase snapshot/m, /^\$$/m);
  terminal.command('clear; export TERM=dumb');
  terminal.command('foresync resume');
  await terminal.shows(/^\[\d\d:\d\d:\d\d\] snapshot {2}running$/m);
  await throttle(cwd, 'off');
  await terminal.shows(/^j holds items: /m);
});
