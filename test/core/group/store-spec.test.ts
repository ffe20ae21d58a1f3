import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { parsePostgresUrl } from '../../../src/core/group/postgres-url.ts';
import { parseStore, storedStore, storeText } from '../../../src/core/group/store-spec.ts';

test('a store at PostgreSQL is taken as libpq takes it', () => {
  assert.deepEqual(parsePostgresUrl('postgres://me@db.example:5433/shop?sslmode=verify-full'), {
    ...{ host: 'db.example', port: 5433, user: 'me', database: 'shop' },
    options: { sslmode: 'verify-full' },
  });
  assert.deepEqual(parsePostgresUrl('postgresql:///a%20b?host=/run/pg&user=x'), {
    ...{ host: '/run/pg', database: 'a b', user: 'x' },
    options: {},
  });
  assert.deepEqual(parsePostgresUrl('postgres://[::1]:1/'), { host: '::1', port: 1, options: {} });
  assert.deepEqual(parsePostgresUrl('postgres://?service=shop'), { options: { service: 'shop' } });
});

test('a password in a store is refused, and never repeated', () => {
  for (const text of [
    'postgres://me:hush@db/shop',
    'postgres:///shop?password=hush',
    'postgres://a:hush@b:c@d/e',
  ])
    assert.throws(
      () => parseStore(text, undefined),
      (error) =>
        error instanceof ForesyncError &&
        error.exitCode !== 70 &&
        !`${error.message}${error.hint}`.includes('hush'),
      text,
    );
});

test('what is no store is refused, with how one is written', () => {
  for (const text of [
    'postgres://db:99999/x',
    'postgres://db/x?colour=red',
    'mysql://x',
    'postgres://a b:c d/%zz',
    'sqlite:',
  ])
    assert.throws(() => parseStore(text, '/'), ForesyncError, text);
});

test('a store comes out of the journal as it went in', () => {
  for (const text of ['sqlite:/srv/shop.db', 'postgres://me@db/shop']) {
    const store = parseStore(text, undefined);
    assert.deepEqual(storedStore(store.path), store);
    assert.equal(storeText(store), text);
  }
});
