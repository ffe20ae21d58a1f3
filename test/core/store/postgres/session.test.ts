import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { Session } from '../../../../src/core/store/postgres/session.ts';
import { postgresServers, withoutPostgres } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/tables.ts';

test('of a server without TLS the refusal is told that has nothing to do with TLS', {
  skip: withoutPostgres,
}, async (t) => {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const rules = path.join(folder, 'pg_hba.conf');
  writeFileSync(rules, 'local all keeper scram-sha-256\nlocal all unwanted reject\nlocal all all trust\n');
  const { servers, stop } = await postgresServers(['shop'], { shop: { hba_file: rules } });
  t.after(stop);
  servers.shop.sql("CREATE ROLE keeper LOGIN PASSWORD 'right'; CREATE ROLE unwanted LOGIN");
  // A way by TCP, on which clients ask for TLS first.
  const proxy = net.createServer((client) => {
    const server = net.connect(path.join(servers.shop.socketFolder, '.s.PGSQL.5432'));
    client.pipe(server).pipe(client);
    for (const [one, other] of [[client, server] as const, [server, client] as const])
      one.on('error', () => other.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  t.after(() => proxy.close());
  const { port } = proxy.address() as net.AddressInfo;
  const url = (user: string, database = 'postgres') => `postgres://${user}@127.0.0.1:${port}/${database}`;
  const passfile = path.join(folder, 'passwords');
  writeFileSync(passfile, '*:*:*:keeper:wrong\n', { mode: 0o600 });
  const cases = [
    [url('keeper'), 'store-login', /asks for a password, and none was found/],
    [`${url('keeper')}?passfile=${passfile}`, 'store-login', /password authentication failed/],
    [url('unwanted'), 'store-login', /pg_hba/],
    [url('postgres', 'shpo'), 'store-missing', /"shpo"/],
    [`${url('postgres')}?sslmode=require`, 'store-unreachable', /SSL/],
  ] as const;
  for (const [store, code, message] of cases) await assert.rejects(Session.open(store), { code, message });
  await (await Session.open(url('postgres'))).end();
});
