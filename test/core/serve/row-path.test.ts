import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowKeyText } from '../../../src/core/row-key-text.ts';
import { keyOfTarget } from '../../../src/core/serve/row-path.ts';

test('a key is the text behind the path, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/^\{"(int|base64)":/.test(text) && !text.startsWith('['));
      assert.equal(keyOfTarget(`/v1/rows/${encodeURIComponent(text)}`, 1), text);
    }),
  );
  assert.equal(keyOfTarget('/v1/rows/a/b', 1), 'a/b');
  assert.equal(keyOfTarget('/v1/rows/a?b=c', 1), 'a');
});

test('parts that are no text stand as in a plan', () => {
  for (const key of [{ int: '9007199254740993' }, { base64: 'AP8=' }])
    assert.deepEqual(keyOfTarget(`/v1/rows/${encodeURIComponent(rowKeyText(key))}`, 1), key);
});

test('a composite key is a segment a column, or a JSON array', () => {
  assert.deepEqual(keyOfTarget('/v1/rows/eu/17', 2), ['eu', '17']);
  assert.deepEqual(keyOfTarget('/v1/rows/e%2Fu/17', 2), ['e/u', '17']);
  assert.equal(keyOfTarget(`/v1/rows/${encodeURIComponent('["eu",17]')}`, 2), '["eu",17]');
});

test('other targets name no key', () => {
  for (const target of [
    '/',
    '/v1/rows',
    '/v1/rowsx/1',
    '/v1/rows/%',
    '/v1/rows/%ff',
    `/v1/rows/${'x'.repeat(70_000)}`,
  ])
    assert.equal(keyOfTarget(target, 1), undefined, target.slice(0, 40));
});
