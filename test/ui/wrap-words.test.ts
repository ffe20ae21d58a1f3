import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { fitLines, wrapWords } from '../../src/ui/wrap-words.ts';

test('long texts go on below, broken between words and never inside of a character, within their columns', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', ' ', '東', '京都', 'e\u0301', '👩‍👩‍👧', 'ß'), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 30 }), (parts, width) => {
      const whole = parts.join('');
      const lines = wrapWords([whole], width);
      for (const line of lines) assert.ok(stringWidth(line) <= width, `"${line}" in ${width}`);
      assert.equal(lines.join('').replaceAll(' ', ''), whole.replaceAll(' ', ''));
    }),
    { seed: 9, numRuns: 500 },
  );
  assert.deepEqual(wrapWords(['one two three'], 8), ['one two', 'three']);
});

test('a command stays on one line where it fits, and is broken at spaces where it does not', () => {
  const goesOn =
    "The same command goes on from here, and so does 'foresync resume 3f9a1c2b'; 'foresync abort 3f9a1c2b' gives up.";
  for (let width = 26; width < 130; width++) {
    const lines = wrapWords([goesOn], width);
    for (const command of ["'foresync resume 3f9a1c2b'", "'foresync abort 3f9a1c2b'"])
      assert.ok(
        lines.some((line) => line.includes(command)),
        `${command} in ${width}: ${lines.join('|')}`,
      );
    assert.ok(lines.every((line) => stringWidth(line) <= width));
  }
  assert.deepEqual(wrapWords(['Do it with foresync resume 3f9a1c2b --state st.db then.'], 40), [
    'Do it with',
    'foresync resume 3f9a1c2b --state st.db',
    'then.',
  ]);
  assert.deepEqual(wrapWords(["'foresync abort 3f9a1c2b'"], 12), ["'foresync", 'abort', "3f9a1c2b'"]);
});

test('lines that are too wide go on below, further right; colours take no room, and a long word stays as it is', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
  assert.deepEqual(fitLines([`  ${red('one two')} three four`, 'short'], 12), [
    `  ${red('one two')}`,
    '    three',
    '    four',
    'short',
  ]);
  const path = `/srv/${'a'.repeat(30)}`;
  const lines = fitLines([`  ${path}`], 16);
  assert.equal(lines.map((line) => line.trim()).join(''), path);
  for (const line of lines) assert.ok(stringWidth(line) <= 16);
});
