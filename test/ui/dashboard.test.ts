import assert from 'node:assert/strict';
import { test } from 'node:test';
import chalk from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { layOut } from '../../src/ui/dashboard/layout.ts';
import { draw, strangeDonors, utf8 } from './dashboard/draw.ts';
import { recordedPrefetch, recordedRun } from './recorded-run.ts';

const sizes: [columns: number, rows: number][] = [
  [80, 24],
  [200, 60],
  [150, 24],
  [120, 16],
  [60, 10],
  [30, 6],
  [10, 4],
];

const sixDonors = Array.from({ length: 6 }, (_, i) => ({ donor: `donor-${i}`, host: `ops@host-${i}` }));
const stories: Record<string, RunEvent[]> = {
  done: recordedRun(),
  strange: recordedRun({ donors: strangeDonors, joiner: '👩‍🚀 東京', table: 'الجدول' }),
  donors: recordedRun({ donors: sixDonors }),
  failed: recordedRun({ stopAfter: { share: 0.4, outcome: 'failed' } }),
  prefetch: recordedPrefetch(),
};

for (const [story, events] of Object.entries(stories)) {
  test(`${story}: no frame is as high as the terminal, no line wider`, async () => {
    for (const [columns, rows] of sizes) {
      for (const share of [0.01, 0.3, 0.6, 1]) {
        const { frame } = await draw(events, columns, rows, utf8, share);
        assert.ok(frame.length >= 1 && frame.length < rows, `${frame.length} lines at ${columns}x${rows}`);
        for (const line of frame) assert.ok(stringWidth(line) <= columns, `"${line}" at ${columns}x${rows}`);
      }
    }
  });
}

test('any parts share out any screen', () => {
  const part = fc.integer({ min: 0, max: 40 });
  const wanted = fc.record({
    phases: fc.integer({ min: 1, max: 10 }),
    facts: fc.constantFrom(5, 6),
    donors: fc.integer({ min: 1, max: 40 }),
    summary: part,
    notes: part,
    footer: fc.constantFrom(0, 1, 3),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 100 }),
      wanted,
      (columns, rows, parts) => {
        const { phases, facts, donors, summary, notes, footer, sideBySide, gap, footerGap } = layOut(
          columns,
          rows,
          parts,
        );
        const middle = sideBySide
          ? Math.max(phases, facts + donors)
          : phases + facts + donors + (facts > 0 ? gap : 0);
        const withGap = [summary, notes].map((part) => (part > 0 ? part + gap : 0));
        if (footer > 0) withGap.push(footer + footerGap);
        const height = withGap.reduce((sum, part) => sum + part, 1 + gap + middle);
        assert.ok(height <= rows, `${height} of ${rows}`);
        if (parts.summary > 0) assert.ok(notes === 0 || notes === parts.notes, 'not a part of them');
        assert.ok(footer === 0 || footer === parts.footer);
        assert.ok(Math.min(phases, facts, donors, summary, notes) >= 0);
      },
    ),
    { seed: 11, numRuns: 2000 },
  );
});

test('at 80x24 the live screen tells phases, bars, rows, rate, ETA, Delta Log, donors and notes', async () => {
  const { frame } = await draw(recordedRun({ note: 'slow clock' }), 80, 24, utf8, 0.5);
  const screen = frame.join('\n');
  for (const part of [
    /us-east ─▶ eu-west/,
    /✓ hot rows +done/,
    /plan +█+[^ ]* +97 % of its reads {2}expected hit rate 9\d % by now/,
    /● snapshot +running.*ETA \d+ s/,
    /Delta Log +\d+ keys waiting/,
  ]) {
    assert.match(screen, part);
  }
  assert.match(frame.at(-1) ?? '', /\? help {3}p pause {3}- \+ throttle {3}l log {3}q quit/);
  for (const part of [
    /rate +[\d.]+ MiB\/s/,
    /rows +12,000/,
    /us-west +reading +[\d,]+ rows +\d+ % █+[^ ]*░+/,
    /! warning {2}slow clock/,
  ])
    assert.match(screen, part);
});

test('the screen tells how the Delta Log grows, and when its budget is full, while the phase hears of it', async () => {
  const events = recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }).slice(0, -1);
  const atMs = events.at(-1)?.atMs ?? 0;
  const log = (laterMs: number, keys: number): RunEvent => ({
    ...{ type: 'delta-log', keys, budgetKeys: 100_000 },
    atMs: atMs + laterMs,
  });
  const growing = [...events, log(0, 0), log(2000, 5000)];
  const { frame } = await draw(growing, 80, 24, utf8, 1);
  assert.match(frame.join('\n'), /Delta Log +\d+ keys waiting, \+2,500\/s; budget full in 38 s/);
  const verify: RunEvent = { type: 'phase', phase: 'verify', state: 'running', atMs: atMs + 2000 };
  const later = await draw([...growing, verify], 80, 24, utf8, 1);
  assert.match(later.frame.join('\n'), /Delta Log +\d+ keys waiting\s*$/m);
});

test('the last frame is the summary', async () => {
  const { frame } = await draw(recordedRun(), 80, 24);
  const screen = frame.join('\n').replace(/\n +/g, ' ');
  assert.match(screen, /✓ eu-west holds items: 200,000 rows, equal to us-east at watermark 1234\./);
  assert.match(screen, /Verified 62 ranges, 0 differences\./);
});

test('at 80x24 the title of a run that is over stays in sight, and notes without room are kept above it', async () => {
  const end = recordedRun().at(-1);
  const said = (count: number) =>
    Array.from({ length: count }, (_, line): RunEvent => {
      const text = line === 0 ? `on-synced: ${'long '.repeat(30)}line 0` : `on-synced: line ${line}`;
      return { type: 'note', level: 'info', text, atMs: end?.atMs ?? 0 };
    });
  const run = [...recordedRun().slice(0, -1), ...said(12), ...recordedRun().slice(-1)];
  const { frame, written } = await draw(run, 80, 24);
  assert.match(frame[0] ?? '', /foresync add-replica/);
  // An empty line, the next step and the prompt come below.
  assert.ok(frame.length + 3 <= 24, `${frame.length} lines`);
  assert.match(frame.join('\n'), /✓ eu-west holds items/);
  for (let line = 0; line < 12; line++) {
    const wherever = written.replaceAll(/\s+/g, ' ').split(`line ${line} `).length - 1;
    assert.equal(wherever, 1, `line ${line} is there once`);
  }
  const wide = await draw(run, 200, 60);
  assert.match(wide.frame[0] ?? '', /foresync add-replica/, 'where there is room they stay where they were');
  assert.match(wide.frame.join('\n'), /on-synced: line 11/);
});

test('the last frame keeps the same events at every size, in it or above it', async () => {
  for (const [columns, rows] of sizes.slice(0, 3)) {
    const { frame, written } = await draw(recordedRun({ note: 'slow clock' }), columns, rows);
    for (const event of ['hot-ready', 'slow clock', 'verified  62 ranges', 'in sync  200,000 rows'])
      assert.equal(written.split(event).length, 2, `${event} at ${columns}x${rows}`);
    if (columns >= 150 && rows >= 60) assert.match(frame.join('\n'), /hot-ready/);
  }
});

test('a large screen has room for what happened to the phases too', async () => {
  assert.doesNotMatch((await draw(recordedRun(), 80, 24, utf8, 0.5)).frame.join('\n'), /connect {2}done in/);
  assert.match((await draw(recordedRun(), 200, 60, utf8, 0.5)).frame.join('\n'), /connect {2}done in/);
});

test('the rate stands over the columns of rows and bytes, with the limit in force', async () => {
  const events = recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }).slice(0, -1);
  const atMs = events.at(-1)?.atMs ?? 0;
  const limited = async (setBy: 'operator' | 'donor', columns: number, rows: number) => {
    const limit: RunEvent = { type: 'limit', limit: { bytesPerSecond: 512_000, setBy }, atMs };
    return (await draw([...events, limit], columns, rows)).frame;
  };
  for (const [columns, rows] of [
    [80, 24],
    [200, 60],
  ] as const) {
    const frame = await limited('donor', columns, rows);
    const [rate, header] = [
      /^.*rate +[\d.]+ MiB\/s .* limit 500 KiB\/s \(donor latency\)/,
      /hot +snapshot/,
    ].map((part) => frame.findIndex((line) => part.test(line)));
    assert.ok(rate !== undefined && rate >= 0 && header !== undefined && rate < header, frame.join('\n'));
  }
  assert.match((await limited('operator', 80, 24)).join('\n'), / limit 500 KiB\/s(?! \()/);
});

test('a plain locale gets ASCII', async () => {
  for (const [columns, rows] of sizes) {
    for (const [story, share] of [
      ['donors', 0.5],
      ['strange', 0.5],
      ['strange', 1],
    ] as const) {
      const { frame } = await draw(stories[story] ?? [], columns, rows, { LANG: 'C' }, share);
      assert.match(frame.join(''), /^[\x20-\x7e]*$/);
      for (const line of frame) assert.ok(line.length <= columns, line);
    }
  }
});

test('hostile names, hosts and notes never reach the terminal raw', async () => {
  const hostile = '\u001b[2J\u001b]0;owned\u0007\r\n\u009b31mx\u202e';
  const events = recordedRun({
    joiner: `j${hostile}`,
    table: `t${hostile}`,
    donors: [
      { donor: `d${hostile}`, host: `h${hostile}` },
      { donor: 'e', host: `h${hostile}` },
    ],
    note: `n${hostile}`,
  });
  for (const share of [0.01, 0.5, 1]) {
    const { frame, written } = await draw(events, 200, 60, utf8, share);
    assert.ok(!written.includes('\u001b[2J') && !written.includes('\u001b]'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    assert.doesNotMatch(frame.join('\n'), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  const { frame } = await draw(events, 200, 60, utf8, 0.5);
  assert.match(frame.join('\n'), /n\\u001b\[2J/);
});

test('NO_COLOR gives no colours, whatever chalk thinks', async () => {
  const level = chalk.level;
  chalk.level = 1;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const colours = /\u001b\[[0-9;]*m/;
  try {
    assert.match((await draw(recordedRun(), 80, 24, utf8, 0.5)).written, colours);
    assert.doesNotMatch(
      (await draw(recordedRun(), 80, 24, { ...utf8, NO_COLOR: '1' }, 0.5)).written,
      colours,
    );
  } finally {
    chalk.level = level;
  }
});

test('the title leaves out a word before it cuts a name, and cuts names to the same width', async () => {
  const titleOf = async (names: Parameters<typeof recordedRun>[0], columns = 80) =>
    (await draw(recordedRun(names), columns, 24, utf8, 0.5)).frame[0] ?? '';
  assert.match(await titleOf({}), / {2}us-east ─▶ eu-west {2}group shop +running/);
  assert.match(await titleOf({}, 64), / {2}items {2}us-east ─▶ eu-west +running [\d.]+ s$/);
  const long = { joiner: '京'.repeat(40), donors: [{ donor: `${'x'.repeat(99)}1`, host: 'local' }] };
  assert.match(await titleOf(long), /^ add-replica {2}items {2}x{4,}…x{3,}1 ─▶ 京{2,}…京{2,} +running/);
});

test('a run that is paused, or stopping, says so in its title, its phase and its keys', async () => {
  const events = recordedRun({ stopAfter: { share: 0.5, outcome: 'stopped' } }).slice(0, -1);
  const atMs = events.at(-1)?.atMs ?? 0;
  const waits: RunEvent[] = [
    { type: 'pause', isPaused: true, atMs },
    { type: 'latency', donor: 'us-east', answerMs: 38.4, writeMs: 3, atMs: atMs + 4000 },
  ];
  const { frame } = await draw([...events, ...waits], 80, 26);
  assert.match(frame[0] ?? '', /paused 4\.0 s of 6\.8 s$/);
  const screen = frame.join('\n');
  for (const part of [/● snapshot .* paused$/m, /p go on/, /us-east .* latency 38 ms, write 3 ms/])
    assert.match(screen, part);
});
