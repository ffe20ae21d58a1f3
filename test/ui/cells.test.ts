import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { printable } from '../../src/core/text.ts';
import { clipCells, clipStartCells, fitCells, fitEndsCells } from '../../src/ui/cells.ts';

const unicode = { unicode: true };
const ascii = { unicode: false };
const family = '👩‍👩‍👧‍👦';
const accented = 'e\u0301';

/** Keys as operators have them, and as nobody should. */
const keys: Record<string, string> = {
  short: 'k1',
  long: `order:${'0'.repeat(10_000)}:eu`,
  Chinese: '商品編號壹佰貳拾參號碼資料',
  Japanese: 'ﾊﾝｶｸとゼンカク'.repeat(20),
  'with emoji': `cart:${family}${family}🇩🇪👍🏽`.repeat(9),
  'with combining marks': `caf${accented}:`.repeat(30),
  'of nothing but marks': `x${'\u0301'.repeat(10_000)}`,
  Hebrew: 'מפתח:שלום:'.repeat(8),
  Devanagari: 'नमस्ते'.repeat(12),
  'with controls': '\u001b[2J\u0007\r\n\u009b31m\u202egpj',
  empty: '',
};

for (const [name, key] of Object.entries(keys)) {
  test(`a key that is ${name} takes exactly the cells that it is given`, () => {
    for (const cells of [1, 2, 3, 5, 28, 100]) {
      for (const theme of [unicode, ascii]) {
        for (const fit of [fitCells, fitEndsCells]) {
          const text = fit(printable(key, 20_000), cells, theme);
          assert.equal(
            stringWidth(text),
            cells,
            `${fit.name} ${cells}: ${JSON.stringify(text.slice(0, 60))}`,
          );
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
          assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
          if (!theme.unicode) assert.match(text, /^[\x20-\x7e]*$/);
        }
      }
    }
  });
}

test('the middle of a long key goes, and its ends stay', () => {
  assert.equal(fitEndsCells('order:2026-01-05:line:000123', 16, unicode), 'order:20…:000123');
  assert.equal(fitEndsCells('order:2026-01-05:line:000123', 16, ascii), 'order:20...00123');
  assert.equal(clipStartCells('/srv/shop/logs/access.csv', 12, unicode), '…/access.csv');
  assert.equal(clipCells('a rather long name', 9, unicode), 'a rather…');
});

test('ASCII alone shows what else there is as escapes, before it is measured', () => {
  assert.equal(clipCells('漢', 20, ascii), '\\u{6f22}');
  assert.equal(fitCells('naïve', 20, ascii), 'na\\u{ef}ve          ');
});

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const characters = (text: string) => [...graphemes.segment(text)].map(({ segment }) => segment);

test('what a reader sees as one character is never cut in two', () => {
  const part = fc.constantFrom(family, accented, '漢', 'a', '🇩🇪', '👍🏽', 'ש', ' ');
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 40 }),
      (parts, cells) => {
        const whole = new Set([...characters(parts.join('')), '…']);
        for (const cut of [clipCells, clipStartCells, fitEndsCells])
          for (const one of characters(cut(parts.join(''), cells, unicode)))
            assert.ok(whole.has(one) || one === ' ', `${cut.name}: ${JSON.stringify(one)}`);
        const shown = printable(parts.join(''), Math.max(2, cells)).replace(/…$/, '');
        if (cells > 12) for (const one of characters(shown)) assert.ok(whole.has(one), JSON.stringify(one));
      },
    ),
    { seed: 8 },
  );
});

test('a key of megabytes is cut as fast as one of thousands', () => {
  // With work by its length this would take minutes.
  const key = `${family}漢`.repeat(500_000);
  for (let times = 0; times < 200; times++) assert.ok(stringWidth(fitEndsCells(key, 30, unicode)) === 30);
});
