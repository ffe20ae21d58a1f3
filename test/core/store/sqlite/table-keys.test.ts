import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowKey } from '../../../../src/core/row-key.ts';
import { connectMemory } from '../../../../src/core/store/sqlite/connection.ts';
import { TableKeys } from '../../../../src/core/store/sqlite/table-keys.ts';
import { readTableShape } from '../../../../src/core/store/sqlite/table-shape.ts';

function keysOf(create: string) {
  const db = connectMemory();
  db.exec(create);
  const keys = new TableKeys(db, readTableShape(db, 't'));
  return { of: (key: RowKey) => keys.of(key)?.key, named: (key: RowKey) => keys.of(key)?.name };
}

test('all spellings of a number are one key of a column for numbers', () => {
  const { of } = keysOf('CREATE TABLE t(k INTEGER PRIMARY KEY)');
  for (const key of ['97', '097', '97.0', ' 97', '9.7e1', 97, { int: '97' }]) assert.equal(of(key), 97);
  assert.deepEqual(of('9223372036854775807'), { int: '9223372036854775807' });
});

test('what no row can have is no key', () => {
  const { of } = keysOf('CREATE TABLE t(k INTEGER PRIMARY KEY)');
  const none = ['abc', '0x61', '', '1.5', { base64: 'AP8=' }, { int: '9223372036854775808' }, ['1', '2']];
  for (const key of none) assert.equal(of(key), undefined, JSON.stringify(key));
  assert.equal(keysOf('CREATE TABLE t(k INT, PRIMARY KEY(k)) STRICT').of('abc'), undefined);
});

test('a column that holds whatever it is given keeps spellings apart', () => {
  const text = keysOf('CREATE TABLE t(k TEXT PRIMARY KEY)');
  assert.deepEqual([text.of('097'), text.of(97), text.of({ int: '97' })], ['097', '97', '97']);
  assert.equal(keysOf('CREATE TABLE t(k INT, v, PRIMARY KEY(k))').of('abc'), 'abc');
  const any = keysOf('CREATE TABLE t(k ANY PRIMARY KEY) STRICT');
  assert.deepEqual([any.of('97'), any.of({ int: '97' })], ['97', 97]);
  assert.deepEqual(keysOf('CREATE TABLE t(k BLOB PRIMARY KEY) STRICT').of({ base64: 'AP8=' }), {
    base64: 'AP8=',
  });
});

test('a composite key has each part as its column has it', () => {
  const { of } = keysOf('CREATE TABLE t(region TEXT, id INTEGER, PRIMARY KEY(region, id))');
  for (const key of [['us', '1'], ['us', 1], '["us", 1]', '["us","01"]'] as RowKey[])
    assert.deepEqual(of(key), ['us', 1]);
});

test('keys that a collation holds equal have one name', () => {
  const { named, of } = keysOf('CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY)');
  assert.equal(named('KeyÄ'), named('kEYÄ'));
  assert.notEqual(named('ä'), named('Ä'));
  assert.equal(of('Key'), 'Key');
  const padded = keysOf('CREATE TABLE t(k TEXT COLLATE RTRIM PRIMARY KEY)');
  assert.equal(padded.named('a  '), padded.named('a'));
});
