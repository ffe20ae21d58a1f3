import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, type GlobToken, parseGlob } from '../../../src/core/plan/glob.ts';

const matches = (pattern: string, text: string) => compileGlob(parseGlob(pattern))(text);

/** Tries every way in which the tokens could match. */
function naive(tokens: readonly GlobToken[], text: readonly string[]): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return text.length === 0;
  if (token === 'many')
    return Array.from({ length: text.length + 1 }, (_, taken) => taken).some((taken) =>
      naive(rest, text.slice(taken)),
    );
  const [first, ...others] = text;
  return first !== undefined && (token === 'one' || token === first.codePointAt(0)) && naive(rest, others);
}

const letter = fc.constantFrom('a', 'b', '€', '😀');

test('it matches what a naive matcher matches', () => {
  const token = fc.oneof(
    letter.map((character): GlobToken => character.codePointAt(0) ?? 0),
    fc.constantFrom<GlobToken>('one', 'many'),
  );
  let hits = 0;
  fc.assert(
    fc.property(fc.array(token, { maxLength: 7 }), fc.array(letter, { maxLength: 8 }), (tokens, text) => {
      const found = compileGlob(tokens)(text.join(''));
      hits += found ? 1 : 0;
      assert.equal(found, naive(tokens, text));
    }),
    { seed: 81, numRuns: 5000 },
  );
  assert.ok(hits > 200, `${hits} matches`);
});

test('long patterns cross the words of the state, and a match says nothing of the next text', () => {
  const piece = 'abcdefghij'.repeat(7);
  const glob = compileGlob(parseGlob(`*${piece}?*${piece}`));
  for (let round = 0; round < 2; round++) {
    assert.ok(glob(`xx${piece}-${piece}${piece}`));
    assert.ok(!glob(`xx${piece}${piece}`));
    assert.ok(!glob(`${piece}-${piece}x`));
  }
});

test('a pattern with many stars against a text that nearly matches comes to an end', () => {
  assert.ok(!matches(`${'*a'.repeat(60)}*b`, 'a'.repeat(20_000)));
});

test('a text without wildcards is any text, and becomes itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const literal = text.replace(/\\*[*?]/g, (found) => {
        const slashes = found.slice(0, -1);
        return `${slashes}${slashes}\\${found.at(-1)}`;
      });
      assert.ok(matches(literal, text));
      assert.ok(parseGlob(literal).every((token) => typeof token === 'number'));
    }),
    { seed: 82 },
  );
});

test('escapes', () => {
  assert.ok(matches('a\\*', 'a*') && !matches('a\\*', 'ab'));
  assert.ok(matches('a\\\\*', 'a\\b') && !matches('a\\\\*', 'a*'));
  assert.ok(matches('["a\\"b",1]', '["a\\"b",1]'), 'a backslash elsewhere is one');
});
