import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson, shortId } from '../../src/core/text.ts';

test('a run is called by the first eight characters of its id, safe to print', () => {
  assert.equal(shortId('3f9a1c2b-77aa-4c1e-9f00-1234567890ab'), '3f9a1c2b');
  assert.equal(shortId('ab'), 'ab');
  assert.equal(shortId('\u001b[2Jabcdef'), '\\u001b[2');
  assert.equal(shortId(''), '');
});

test('what acts on a terminal is made visible, and long text is cut', () => {
  assert.equal(printable('a\u0000\u009b\u202e\u2028é'), 'a\\u0000\\u009b\\u202e\\u2028é');
  assert.equal(printable('abcdef', 4), 'abc…');
  assert.equal(printable('abcd', 4), 'abcd');
});

test('JSON that is safe to print is read back as what it was', () => {
  const value = { name: 'j\u001b\u202e\u009b', at: [1, null] };
  const text = printableJson(value);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.deepEqual(JSON.parse(text), value);
});
