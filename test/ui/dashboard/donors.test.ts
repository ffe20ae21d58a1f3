import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { recordedRun } from '../recorded-run.ts';
import { draw, strangeDonors, strangeNames, utf8 } from './draw.ts';

test('wide and combining characters and long names keep the columns of donors straight', async () => {
  for (const [columns, rows, shown] of [
    [80, 24, 3],
    [80, 30, 6],
    [200, 60, 6],
  ] as const) {
    const { frame } = await draw(
      recordedRun({ donors: strangeDonors, joiner: '東京の複製' }),
      columns,
      rows,
      utf8,
      0.5,
    );
    const lines = frame.filter((line) => / reading {2}/.test(line));
    assert.equal(lines.length, shown, frame.join('\n'));
    const starts = lines.map((line) => stringWidth(line.slice(0, line.indexOf('reading'))));
    assert.equal(new Set(starts).size, 1, lines.join('\n'));
    for (const line of frame) assert.ok(stringWidth(line) <= columns, line);
    assert.ok(stringWidth(frame[0] ?? '') <= columns - 1);
  }
});

test('at 80x24 each of three donors has a row, whose share follows its rows', async () => {
  const donors = ['us-east', 'us-west', 'ap-south'].map((donor) => ({ donor, host: 'local' }));
  const { frame } = await draw(recordedRun({ donors }), 80, 24, utf8, 0.5);
  const screen = frame.join('\n');
  for (const { donor } of donors)
    assert.match(screen, new RegExp(`${donor} +reading +[\\d,]+ rows +\\d+ % █+[^ ]*░+`), screen);
  assert.match(screen, /Delta Log/);
  assert.match(screen, /\d\d:\d\d:\d\d {2}\w/, 'the last event is in sight too');
});

test('donors without a row of their own share the last one, and a lost one has its own', async () => {
  const events = recordedRun({ donors: strangeDonors });
  const lost: RunEvent = {
    ...{ type: 'donor', donor: strangeNames[5] ?? '', host: 'local', state: 'lost' },
    atMs: events.at(-1)?.atMs ?? 0,
  };
  const half = [...events.slice(0, Math.ceil(events.length / 2)), lost];
  const { frame } = await draw(half, 80, 24);
  const screen = frame.join('\n');
  assert.match(screen, /donors +x+…x*-2 +lost /, screen);
  assert.match(screen, /^ +and 3 more: 3 reading; \d+ % of the rows$/m);
  const low = await draw(half, 80, 20);
  assert.match(low.frame.join('\n'), /donors +1 lost, 5 reading$/m);
});
