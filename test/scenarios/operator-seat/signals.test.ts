import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { shopFolder, startSlowRun, statusOf } from '../../support/cli-shop.ts';
import { withoutTmux } from '../../support/tmux.ts';
import { livingRun, openSeat, Seat, small, startRun } from './stage.ts';

const skip = withoutTmux() ?? false;

test('on a terminal ctrl-C stops at a safe point, a second one at once; SIGTERM, ctrl-Z and SIGUSR1 do what they are for', {
  skip,
}, async (t) => {
  const { cwd, terminal } = await openSeat(t, small);
  await startRun(terminal, '100/s');
  process.kill((await livingRun(cwd)).pid, 'SIGUSR1');
  await terminal.shows(/\d\d {2}status: snapshot \d+ %, [\d,]+ rows, .*, limit 100 B\/s/);
  terminal.type('C-z');
  await terminal.shows(/Stopped/, /^\$$/m);
  terminal.command('stty -a | grep -o " icanon"; fg');
  await terminal.shows(/● snapshot +running/, /\? help/);
  terminal.type('C-c');
  await terminal.shows(/✗ Stopped; j is not there yet\.\n.*foresync resume/, /^\$$/m);
  terminal.command('echo "code $?"');
  await terminal.shows(/^code 75$/m);

  await terminal.cleared();
  terminal.command('foresync resume');
  await terminal.shows(/● snapshot +running/, /\? help/);
  process.kill((await livingRun(cwd)).pid, 'SIGTERM');
  await terminal.shows(/✗ Stopped; j is not there yet\.\n.*foresync resume/, /^\$$/m);
  terminal.command('echo "code $?"');
  await terminal.shows(/^code 75$/m);

  await terminal.cleared();
  terminal.command('foresync resume');
  // Of a run that has moved nothing there is nothing to say.
  await terminal.shows(/● snapshot +running/, / rows +0 +[1-9]/, /\? help/);
  terminal.type('C-c', 'C-c');
  const screen = await terminal.shows(
    /✗ Ended at once, not at a safe point\.\n.*'foresync resume [0-9a-f]{8}' goes on/,
    /^\$$/m,
  );
  // What it had come to stays in sight.
  assert.match(
    screen.join('\n'),
    /^ foresync add-replica {2}items {2}east ─▶ j {2}resumed {2}group shop +stopped [\d.]+ s$/m,
  );
  assert.match(screen.join('\n'), /■ snapshot +stopped[\s\S]*■ Stopped in phase snapshot after/);
  terminal.command('echo "code $?"; stty -a | grep -o " icanon"');
  await terminal.shows(/^code 75\n icanon$/m);
});

test('while hosts are being connected ctrl-C ends the run with 130, as there is nothing to resume; so does a second one', {
  skip,
}, async (t) => {
  const cwd = shopFolder(t, 100);
  const silent = path.join(cwd, 'silent-ssh');
  writeFileSync(silent, '#!/bin/sh\nexec sleep 100\n');
  chmodSync(silent, 0o755);
  const terminal = await Seat.take(t, { cwd, ...small, env: { FORESYNC_SSH: silent } });
  terminal.command('foresync add-replica j --host ops@nowhere --store sqlite:/tmp/j.db --no-plan');
  await terminal.shows(/connect {2}running/);
  terminal.type('C-c');
  await terminal.shows(/✗ Interrupted before anything had begun\./, /^\$$/m);
  terminal.command('echo "code $?"');
  await terminal.shows(/^code 130$/m);
  terminal.command('foresync add-replica k --host ops@nowhere --store sqlite:/tmp/k.db --no-plan');
  await terminal.shows(/k joins east[\s\S]*connect {2}running/);
  terminal.type('C-c', 'C-c');
  await terminal.shows(/k joins east[\s\S]*✗ Interrupted before anything had begun\./, /^\$$/m);
  terminal.command('echo "code $?"');
  await terminal.shows(/k joins east[\s\S]*^code 130$/m);
  assert.deepEqual((await statusOf(cwd)).unfinished, []);
});

test('without a terminal SIGTERM stops at a safe point, and SIGUSR1 prints the status', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd);
  run.kill('SIGUSR1');
  await run.says(/● add-replica j {2}running for [\s\S]*PHASE[\s\S]*snapshot +running[\s\S]*foresync abort/);
  run.kill('SIGTERM');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 75);
  assert.match(stderr, /\] stopping at a safe point; a second ctrl-C or SIGTERM ends it at once\n/);
  assert.match(stderr, /✗ Stopped; j is not there yet\.\n.*foresync resume/);
});

test('without a terminal a second signal ends it at once, and says what goes on', async (t) => {
  const cwd = shopFolder(t);
  const run = await startSlowRun(t, cwd);
  run.kill('SIGINT');
  run.kill('SIGTERM');
  const { exitCode, stderr } = await run.ended;
  assert.equal(exitCode, 75);
  assert.match(
    stderr,
    /\nStopped in phase snapshot after .*\n[\s\S]*✗ Ended at once, not at a safe point\.\n {2}→ 'foresync resume [0-9a-f]{8}' goes on/,
  );
});
