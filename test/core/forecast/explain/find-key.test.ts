import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { findKey } from '../../../../src/core/forecast/explain/find-key.ts';

const names = ['user:1', 'user:12', 'order:7', 'User:4'];

function hintOf(key: string): string | undefined {
  try {
    findKey(names, key);
  } catch (error) {
    assert.ok(error instanceof ForesyncError && error.code === 'key-unknown');
    return error.hint;
  }
  return assert.fail('found');
}

test('a key is found by its whole name', () => {
  assert.equal(findKey(names, 'user:12'), 1);
});

test('one that is not there is told apart from those that begin most alike', () => {
  assert.equal(hintOf('user:123'), 'Did you mean user:12?');
  assert.equal(hintOf('USER:4'), 'Did you mean User:4?');
  assert.match(hintOf('zebra') ?? '', /as the access logs have them/);
});

test('what a hint names is safe to print', () => {
  assert.throws(
    () => findKey(['a\u001b[31m'], 'ax'),
    (error: ForesyncError) => error.hint === 'Did you mean a\\u001b[31m?',
  );
});
