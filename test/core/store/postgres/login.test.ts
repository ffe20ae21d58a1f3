import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import { loginOf } from '../../../../src/core/store/postgres/login.ts';
import { temporaryFolder } from '../../../support/tables.ts';

test('what a store leaves out is found as libpq finds it', (t) => {
  const home = temporaryFolder(t);
  const around = { env: { PGPORT: '5444', PGSERVICEFILE: path.join(home, 'services') }, home, user: 'me' };
  writeFileSync(
    path.join(home, 'services'),
    '# of the shop\n[other]\nhost=nowhere\n[shop]\nhost=db.example\nuser=keeper\ndbname=shop\n',
  );
  writeFileSync(
    path.join(home, '.pgpass'),
    '# all\nnowhere:*:*:*:no\ndb.example:5444:shop:keeper:a\\:b\\\\c\nlocalhost:*:*:*:local\n',
    { mode: 0o600 },
  );
  const { host, port, user, database, password } = loginOf('postgres://?service=shop', around);
  assert.deepEqual(
    { host, port, user, database, password },
    { host: 'db.example', port: 5444, user: 'keeper', database: 'shop', password: 'a:b\\c' },
  );
  assert.equal(loginOf('postgres://x@/y?host=/run/pg', around).password, 'local');
  assert.equal(loginOf('postgres://other.example', around).password, undefined);
  assert.equal(loginOf('postgres://db/x', { ...around, env: { PGPASSWORD: 'env' } }).password, 'env');
  assert.throws(() => loginOf('postgres://?service=none', around), ForesyncError);
});

test('a password file that others may read is ignored', (t) => {
  const home = temporaryFolder(t);
  writeFileSync(path.join(home, '.pgpass'), '*:*:*:*:secret\n', { mode: 0o644 });
  assert.equal(loginOf('postgres://db/x', { env: {}, home, user: 'me' }).password, undefined);
});

test('TLS is used as sslmode says', (t) => {
  const home = temporaryFolder(t);
  const around = { env: {}, home, user: 'me' };
  const ca = path.join(home, 'ca.pem');
  writeFileSync(ca, 'authority');
  const ways = (mode: string) =>
    loginOf(`postgres://db/x?sslmode=${mode}&sslrootcert=${ca}`, around).tls.map((way) =>
      way === 'none' ? way : `${way.rejectUnauthorized ? 'proven' : 'any'}${way.checksHost ? ' host' : ''}`,
    );
  assert.deepEqual(ways('disable'), ['none']);
  assert.deepEqual(ways('prefer'), ['any', 'none']);
  assert.deepEqual(ways('require'), ['proven']);
  assert.deepEqual(ways('verify-ca'), ['proven']);
  assert.deepEqual(ways('verify-full'), ['proven host']);
  assert.throws(() => ways('maybe'), ForesyncError);
  assert.throws(() => loginOf('postgres://db/x?sslmode=verify-full', around), ForesyncError);
  assert.deepEqual(loginOf('postgres:///x?host=/run/pg&sslmode=require', around).tls, ['none']);
});
