import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bar, sparkline, themeFor } from '../../src/ui/theme.ts';

const unicode = themeFor([], { LANG: 'en_GB.UTF-8' });
const ascii = themeFor([], { LANG: 'en_GB.UTF-8', LC_ALL: 'C' });
const printableAscii = /^[\x20-\x7e]*$/;

test('the locale decides on symbols; LC_ALL comes before LANG', () => {
  assert.equal(unicode.symbols.done, '✓');
  for (const text of [
    ...Object.values(ascii.symbols),
    ...ascii.barCells,
    ...ascii.sparkCells,
    ascii.arrow,
    ascii.separator,
  ]) {
    assert.match(text, printableAscii);
  }
});

test('a bar has its width, and is full for all alone', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 2, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(unicode, ascii),
      (share, width, theme) => {
        const drawn = bar(share, width, theme);
        assert.equal([...drawn].length, width);
        assert.equal(drawn === (theme.barCells.at(-1) ?? '').repeat(width), share >= 1);
      },
    ),
    { seed: 5 },
  );
  assert.equal(bar(0.5, 4, ascii), '##..');
});

test('a sparkline is scaled to its highest value', () => {
  assert.equal(sparkline([0, 1, 4, 8], 10, unicode), '·▁▄█');
  assert.equal(sparkline([1, 2, 3], 2, ascii).length, 2);
  assert.equal(sparkline([0, 0], 5, ascii), '..');
});
