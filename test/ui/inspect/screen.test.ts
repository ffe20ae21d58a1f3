import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { InspectedPlan } from '../../../src/core/plan/inspect/inspected-plan.ts';
import { screenLines } from '../../../src/ui/inspect/screen.ts';
import { brushFor } from '../../../src/ui/metrics-paint.ts';
import { entry, inspected, manyEntries, originMs } from '../../core/plan/inspect/plan-examples.ts';
import { opened, press } from './press.ts';

const utf8 = brushFor([], { LANG: 'C.UTF-8', NO_COLOR: '1' });
const ascii = brushFor([], { LANG: 'C', NO_COLOR: '1' });
const sizes: [columns: number, rows: number][] = [
  [80, 24],
  [200, 60],
  [150, 24],
  [60, 10],
  [20, 8],
  [3, 3],
  [1, 1],
];

const hostile = 'evil\u001b[31m\u0007\u202e\r\n';
const past = {
  past: {
    fromMs: originMs - 10 * 86_400_000,
    stepMs: 3_600_000,
    reads: new Array<number>(240).fill(2),
    writes: [],
  },
  reads: 480,
  writes: 3,
  firstMs: originMs - 10 * 86_400_000,
  lastMs: originMs,
  lastReadMs: originMs,
  readsByReplica: [
    { replica: 'us-east', reads: 400 },
    { replica: 'us-west', reads: 80 },
  ],
  since: { reads: 7, writes: 1, untilMs: originMs + 3_600_000 },
};

async function screen(
  plan: InspectedPlan,
  keys = '',
  [columns, rows] = [80, 24],
  brush = utf8,
): Promise<string[]> {
  return screenLines(await press(opened(plan, columns, rows), plan, keys), plan, brush);
}

test('at any size, no screen is as high as the terminal and no line wider', async (t) => {
  const odd = [hostile, '漢字'.repeat(40), 'e\u0301'.repeat(90), '👩‍👩‍👧'.repeat(20), 'x'.repeat(3000), ''];
  const plan = await inspected(t, [...odd.map((key) => entry(key)), ...manyEntries(80)], {}, () => past);
  for (const size of sizes) {
    for (const keys of [
      '',
      'G',
      '<enter>',
      '<enter>jj<pageDown>',
      'c',
      'cb1KiB',
      '?',
      't0.5',
      'fc',
      'xq',
      '/evil<enter>',
    ]) {
      for (const brush of [utf8, ascii]) {
        const lines = await screen(plan, keys, size, brush);
        assert.ok(lines.length <= Math.max(1, size[1] - 1), `${lines.length} lines at ${size}`);
        for (const line of lines) {
          assert.ok(
            stringWidth(line) <= size[0],
            `"${line}" is ${stringWidth(line)} wide at ${size} after ${keys}`,
          );
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
        }
      }
    }
  }
});

test('columns stay straight beside wide, combining and very long keys', async (t) => {
  const keys = ['plain', '漢字かな', 'e\u0301'.repeat(5), 'x'.repeat(500), hostile];
  const plan = await inspected(
    t,
    keys.map((key) => entry(key)),
  );
  for (const size of [
    [80, 24],
    [200, 60],
  ] as const) {
    const lines = (await screen(plan, '', [...size])).slice(4, 9);
    const ends = lines.map((line) => stringWidth(line.slice(0, line.indexOf('0.900'))));
    assert.equal(new Set(ends).size, 1, lines.join('\n'));
  }
});

test('the list at 80x24 is as it is drawn', async (t) => {
  const plan = await inspected(t, manyEntries(1200), { group: 'shop', table: 'items' });
  const lines = await screen(plan, 'jpjx/user:5<enter>');
  assert.equal(lines.length, 23);
  assert.match(lines[0] ?? '', /plan\.jsonl {2}changes not saved, 1 pinned, 1 excluded {2}2026/);
  assert.match(lines[1] ?? '', /^1,199 of 1,200 keys, 263 KiB, hit rate 76\.5 % \(-3\.5 points\)$/);
  assert.match(lines[2] ?? '', /^\d+ of 1,200 · the plan's order · 'user:5' in \d+ keys$/);
  assert.equal(
    lines[3]?.trimEnd(),
    '      # KEY                         CONF.    READS     SIZE FIRST READ  MARK',
  );
  assert.ok(lines.slice(4, 21).some((line) => /^›\* +\d+ user:5/.test(line)));
  assert.equal(lines[22], '/ search  s sort  f filter  Enter detail  c curve  t b what if  ? help  q quit');
});

test('words stand beside the colours: pinned, excluded, unsure, without room', async (t) => {
  const plan = await inspected(t, manyEntries(10));
  const text = (await screen(plan, 'pjxt0.3<enter>b5 keys<enter>')).join('\n');
  for (const word of [
    / 1 user.* pinned *$/m,
    / 2 user.* excluded *$/m,
    / 7 user.* no room *$/m,
    / 9 user.* unsure *$/m,
  ])
    assert.match(text, word);
  assert.match(text, /threshold 0\.3 · budget 5 keys/);
});

test('the detail has the history, the forecast and the reason, beside the list where there is room', async (t) => {
  const plan = await inspected(t, manyEntries(200), {}, () => past);
  const narrow = await screen(plan, '<enter>');
  assert.match(narrow.join('\n'), /✓ user:0\n {2}Entry 1 of 200\n/);
  assert.match(narrow.join('\n'), /reads an hour, UTC +expected/);
  assert.match(narrow.at(-3) ?? '', /PageDown shows more/);
  const scrolled = (await screen(plan, '<enter><pageDown><pageDown>')).join('\n');
  assert.match(scrolled, /since then +7 reads and 1 write since the origin/);
  assert.match(scrolled, /It is number 1 of 200 by expected reads/);
  const wide = (await screen(plan, '<enter>', [200, 60])).join('\n');
  assert.match(wide, /2 user:7919 .*│ {3}Entry 1 of 200/);
  assert.match(wide, /read at +us-east 400, us-west 80/);
});

test('without a history the detail says so and shows what the plan tells', async (t) => {
  const plan = await inspected(t, [entry('a')]);
  const text = (await screen(plan, '<enter>')).join('\n');
  assert.match(text, /history +There is no history here\./);
  assert.match(text, /confidence +0\.900, that it is read within 24 h/);
});

test('the curve shrinks with the budget, on the axis of the whole plan', async (t) => {
  const plan = await inspected(
    t,
    manyEntries(500).map((one) => ({ ...one, sizeBytes: 100 })),
  );
  const columns = (lines: string[]) => Math.max(...lines.map((line) => line.replace(/[^▁-█]/g, '').length));
  const whole = await screen(plan, 'c');
  const half = await screen(plan, `cb${Math.round(plan.whole.bytes / 2)}`);
  assert.match(whole.join('\n'), /expected hit rate against bytes/);
  assert.ok(columns(whole) > 60 && Math.abs(columns(half) - columns(whole) / 2) < 3);
});

test('ASCII terminals get ASCII alone', async (t) => {
  const plan = await inspected(t, manyEntries(100), {}, () => past);
  for (const keys of ['', '<enter>', 'c', '?', 'fc.5<enter>'])
    for (const line of await screen(plan, keys, [200, 60], ascii)) assert.match(line, /^[ -~]*$/);
});

test('what the list is sorted and chosen by stands in it, also at 80 columns', async (t) => {
  const plan = await inspected(t, manyEntries(40), { group: 'shop', table: 'items' });
  const headings = async (keys: string) => (await screen(plan, keys))[3] ?? '';
  assert.doesNotMatch(await headings(''), /WRITES|DONOR|MODEL/);
  assert.match(await headings('sss'), /READS +WRITES +SIZE FIRST READ/);
  assert.match(await headings('fd<down><enter>'), /SIZE DONOR +FIRST READ/);
  assert.match(await headings('fd<down><enter>fm<down><enter>'), /DONOR +MODEL/);
});

test('the line below tells what Enter does with what is typed', async (t) => {
  const plan = await inspected(t, manyEntries(3));
  assert.equal((await screen(plan, 'xw')).at(-1), 'Enter writes it  Esc goes back');
  assert.equal((await screen(plan, '/us')).at(-1), 'Enter searches  Esc goes back');
  assert.equal((await screen(plan, 't0.5')).at(-1), 'Enter keeps it  Esc goes back');
});

test('each page tells the keys that are of use on it', async (t) => {
  const plan = await inspected(t, manyEntries(80), {}, () => past);
  const hintsAt = async (keys: string) => (await screen(plan, keys)).at(-1);
  assert.equal(
    await hintsAt('<enter>'),
    'Esc list  up down others  PageDown more  p pin  x exclude  ? help  q quit',
  );
  assert.equal(await hintsAt('c'), 'Esc list  t b what if  ? help  q quit');
  assert.equal(await hintsAt('?'), 'Esc list  PageDown more  q quit');
});
