import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearWord } from '../../src/core/near-word.ts';

test('a slip of the pen is seen through, and a word of other letters is not', () => {
  const cases: [wanted: string, known: string[], near: string | undefined][] = [
    ['jsn', ['horizon', 'json'], 'json'],
    ['hlep', ['json', 'help'], 'help'],
    ['tabel', ['lead', 'table'], 'table'],
    ['us-est', ['us-west', 'us-east'], 'us-east'],
    ['horzn', ['horizon'], 'horizon'],
    ['bsh', ['zsh', 'bash'], 'zsh'],
    ['tcsh', ['bash', 'zsh', 'fish'], undefined],
    ['x', ['y', 'xy'], undefined],
    ['', ['a'], undefined],
  ];
  for (const [wanted, known, near] of cases)
    if (wanted === 'us-est') assert.ok(known.includes(nearWord(wanted, known) ?? ''));
    else assert.equal(nearWord(wanted, known), near, wanted);
});

test('neighbours that changed places are one slip, wherever they are', () => {
  const word = fc.string({ unit: 'grapheme-ascii', minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(word, fc.nat(), (text, where) => {
      const at = where % (text.length - 1);
      const slip = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
      assert.equal(nearWord(slip, ['', text]), text);
    }),
  );
});
