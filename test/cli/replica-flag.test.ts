import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromConfigFolder, parseLogs, parsePlace, parseReplica } from '../../src/cli/replica-flag.ts';

const here = '/home/ops';

test('a replica is its name, its host and a path', () => {
  const local = { host: 'local', store: 'sqlite:/home/ops/shop.db' };
  assert.deepEqual(parseReplica('us-east=local:shop.db', here), { name: 'us-east', ...local });
  assert.deepEqual(parseReplica('us-east=local:sqlite:shop.db', here), { name: 'us-east', ...local });
  assert.deepEqual(parsePlace('shop.db', here), local);
  assert.deepEqual(parsePlace('sqlite:shop.db', here), local);
  assert.deepEqual(parsePlace('./a:b.db', here), { host: 'local', store: 'sqlite:/home/ops/a:b.db' });
  for (const host of ['us-west', 'ops@us-west', 'ssh://ops@us-west', 'ssh://ops@us-west:2222', 'ops@[::1]']) {
    const place = { host, store: 'sqlite:/srv/a=b:c.db' };
    assert.deepEqual(parseReplica(`w=${host}:/srv/a=b:c.db`, here), { name: 'w', ...place });
    assert.deepEqual(parsePlace(`${host}:sqlite:/srv/a=b:c.db`, here), place);
  }
});

test("a server's database is a replica too, and its password is neither taken nor repeated", () => {
  const url = 'postgres://shop@db1:5433/shop?sslmode=require';
  assert.deepEqual(parsePlace(url, here), { host: 'local', store: url });
  assert.deepEqual(parseReplica(`e=local:${url}`, here), { name: 'e', host: 'local', store: url });
  for (const host of ['ops@db1', 'ssh://ops@db1:2222', 'ops@[::1]', 'postgres'])
    assert.deepEqual(parseReplica(`e=${host}:postgresql:///shop`, here), {
      ...{ name: 'e', host, store: 'postgresql:///shop' },
    });
  for (const text of ['e=local:postgres://shop:secret@db1/shop', 'e=postgres://db1/shop?password=secret'])
    assert.throws(() => parseReplica(text, here), { code: 'store-password', message: /^(?!.*secret)/s });
  for (const text of ['postgres://shop:secret@db1/shop', 'postgres://shop:secret@db1/shop?sslmode=require'])
    assert.throws(() => parseReplica(text, here), { kind: 'usage', message: /^(?!.*secret)/s });
});

test('what is no replica is refused with how to write one', () => {
  for (const text of ['us-east', '=local:/a', 'us-east=', ' =local:/a', 'us-east=local:'])
    assert.throws(() => parseReplica(text, here), { kind: 'usage' }, text);
  assert.throws(() => parseReplica('w=ops@us-west:shop.db', here), {
    code: 'store-invalid',
    hint: /absolute/,
  });
  assert.throws(() => parseReplica('w=-oProxyCommand=x:/shop.db', here), { code: 'host-invalid' });
});

test("logs are a named replica's, or the lead's", () => {
  const known = { names: ['us-east', 'us-west'], lead: 'us-east' };
  assert.deepEqual(parseLogs('us-west=/srv/*.csv', known), { replica: 'us-west', log: '/srv/*.csv' });
  assert.deepEqual(parseLogs('/srv/a=b.csv', known), { replica: 'us-east', log: '/srv/a=b.csv' });
  const table = 'clickhouse://reader@logs:8123/shop/access?time=ts';
  assert.deepEqual(parseLogs(table, known), { replica: 'us-east', log: table });
  assert.throws(() => parseLogs('us-wset=/srv/*.csv', known), {
    kind: 'usage',
    hint: 'Did you mean us-west?',
  });
});

test('paths are written from the folder of foresync.yaml, where they lie in it', () => {
  assert.equal(fromConfigFolder('/srv/shop/data/shop.db', '/srv/shop/foresync.yaml'), 'data/shop.db');
  assert.equal(fromConfigFolder('/srv/other/shop.db', '/srv/shop/foresync.yaml'), '/srv/other/shop.db');
});
