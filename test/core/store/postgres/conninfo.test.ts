import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { foreignOptions, holdsSecret } from '../../../../src/core/store/postgres/conninfo.ts';

const sorted = (conninfo: string) => {
  const { server, mapping } = foreignOptions(conninfo);
  return { server: Object.fromEntries(server), mapping: Object.fromEntries(mapping) };
};

for (const { conninfo, server, mapping } of [
  { conninfo: '', server: {}, mapping: {} },
  {
    conninfo: String.raw`host = db1 port=5433 dbname='my \'db\' \\' user=me  password='a b=c' sslmode=require client_encoding=x `,
    server: { host: 'db1', port: '5433', dbname: String.raw`my 'db' \ `.trimEnd(), sslmode: 'require' },
    mapping: { user: 'me', password: 'a b=c' },
  },
  {
    conninfo: String.raw`host=/tmp/a\ b passfile=/p`,
    server: { host: '/tmp/a b', passfile: '/p' },
    mapping: {},
  },
  {
    conninfo: 'postgresql://me:p%40ss:word@db1:5433/shop?sslmode=require&application_name=x',
    server: { host: 'db1', port: '5433', dbname: 'shop', sslmode: 'require', application_name: 'x' },
    mapping: { user: 'me', password: 'p@ss:word' },
  },
  {
    conninfo: 'postgres://[::1]:1,db2/shop?host=/run',
    server: { host: '/run', port: '1,', dbname: 'shop' },
    mapping: {},
  },
])
  test(`words of a connection are sorted by who may read them: ${conninfo}`, () => {
    assert.deepEqual(sorted(conninfo), { server, mapping });
  });

for (const conninfo of [
  'host',
  'host=a b',
  "password='x",
  'password=hush =',
  'postgres://a b@%zz/x',
  'HOST=x',
])
  test(`'${conninfo}' is refused, and not repeated`, () => {
    assert.throws(
      () => foreignOptions(conninfo),
      (error) =>
        error instanceof ForesyncError &&
        error.code === 'conninfo-invalid' &&
        !error.message.includes(conninfo),
    );
  });

test('a secret is found however it is written, and what is not understood counts as one', () => {
  for (const conninfo of [
    'password=x',
    "host=a sslpassword = 'x y'",
    'postgres://me:x@db/shop',
    'postgres://db/shop?password=x',
    'oauth_client_secret=x',
    'host=a x',
  ])
    assert.equal(holdsSecret(conninfo), true, conninfo);
  for (const conninfo of ['passfile=/p', "options='-c x=password=y'", 'postgres://me@db/shop?passfile=/p'])
    assert.equal(holdsSecret(conninfo), false, conninfo);
});
