import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ReplicaGroup } from '../../src/core/group/config.ts';
import { usualPrices } from '../../src/core/group/prices.ts';
import { type AddReplicaOptions, addReplica } from '../../src/core/sync/add-replica.ts';
import { handOverOf } from '../../src/core/sync/postgres/hand-over-wish.ts';
import { watchedRunTo } from './local-group.ts';
import { type PostgresServer, postgresServers } from './postgres.ts';

export const serverNames = ['east', 'west', 'joiner'] as const;
export type ServerName = (typeof serverNames)[number];
export type Servers = Record<ServerName, PostgresServer>;

export const all = 'SELECT t::text FROM shop t ORDER BY id';

/** Two servers that replicate a table from each other, and one that is to join them. Their WAL positions are far apart. */
export async function leadingServers(): Promise<{ servers: Servers; stop(): Promise<void> }> {
  const started = await postgresServers(serverNames, { east: { max_prepared_transactions: '2' } });
  const { servers } = started;
  for (const name of ['east', 'west'] as const)
    servers[name].sql(
      'CREATE TABLE shop (id int PRIMARY KEY, n int NOT NULL, note text); CREATE PUBLICATION shop FOR TABLE shop',
    );
  servers.west.sql(
    'SELECT count(pg_switch_wal()) FROM (SELECT pg_logical_emit_message(true, $$x$$, $$y$$) FROM generate_series(1, 9)) x',
  );
  subscribe(servers, 'east', 'west');
  subscribe(servers, 'west', 'east');
  servers.east.sql("INSERT INTO shop SELECT g, 0, 'of the east' FROM generate_series(0, 2999) g");
  servers.west.sql("INSERT INTO shop SELECT g, 0, 'of the west' FROM generate_series(3000, 5999) g");
  for (const name of ['east', 'west'] as const)
    await until(() => servers[name].sql('SELECT count(*) FROM shop') === '6000');
  return started;
}

function subscribe(servers: Servers, at: ServerName, to: ServerName): void {
  servers[at].sql(
    `CREATE SUBSCRIPTION ${at}_from_${to} CONNECTION 'host=${servers[to].socketFolder} user=postgres' PUBLICATION shop WITH (origin = none, copy_data = false)`,
  );
}

export function groupOf({ east, west }: Servers): ReplicaGroup {
  const replica = (name: string, server: PostgresServer) => ({
    name,
    host: { kind: 'local' as const },
    store: { kind: 'postgres' as const, path: server.store() },
    logs: [],
  });
  const [lead, other] = [replica('east', east), replica('west', west)];
  return {
    ...{
      name: 'shop',
      table: 'shop',
      lead,
      otherLeaders: [other],
      pin: [],
      exclude: [],
      prices: usualPrices,
    },
    replicas: new Map([lead, other].map((one) => [one.name, one])),
    file: '/nowhere/foresync.yaml',
  };
}

/** Options of a run that adds the joiner. */
export function joinOf(servers: Servers, more: Partial<AddReplicaOptions> = {}): AddReplicaOptions {
  const group = groupOf(servers);
  const store = { kind: 'postgres' as const, path: servers.joiner.store() };
  const joiner = { name: 'joiner', host: { kind: 'local' as const }, store };
  const handOver = handOverOf({ kind: 'subscription', conninfos: [] }, group, joiner);
  return watchedRunTo(group, store, { handOver, ...more }).options;
}

export async function join(servers: Servers, more: Partial<AddReplicaOptions> = {}): Promise<void> {
  await addReplica(joinOf(servers, more));
}

/** The joiner leaves the group again. */
export function takeOut(servers: Servers): void {
  const named = (name: ServerName, column: string, catalog: string) =>
    servers[name]
      .sql(`SELECT ${column} FROM ${catalog} WHERE ${column} LIKE 'foresync%'`)
      .split('\n')
      .filter(Boolean);
  for (const name of serverNames)
    for (const one of named(name, 'subname', 'pg_subscription'))
      servers[name].sql(`DROP SUBSCRIPTION ${one}`);
  for (const name of serverNames)
    for (const one of named(name, 'pubname', 'pg_publication')) servers[name].sql(`DROP PUBLICATION ${one}`);
  servers.joiner.sql('DROP TABLE shop');
  servers.east.sql("DELETE FROM shop WHERE id >= 1000000; UPDATE shop SET note = 'again' WHERE id < 3");
}

/**
 * Applications at both leaders. Each changes rows of its own half of the keys, whoever inserted them, and makes and deletes others; now and then one changes at one
 * leader what was made at the other, when it has arrived at all servers that have the table: what PostgreSQL asks of applications that would not have conflicts.
 */
export class LeadingWriters {
  readonly #servers: Servers;
  readonly #running: Promise<unknown>;
  #isStopping = false;
  commits = 0;
  static #started = 0;
  /** Each time applications make keys of their own. */
  readonly #firstMade = ++LeadingWriters.#started * 1_000_000;
  handedOn = 0;

  constructor(servers: Servers) {
    this.#servers = servers;
    this.#running = Promise.all([this.#write('east', 0), this.#write('west', 1), this.#handOn()]);
    this.#running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #write(name: 'east' | 'west', half: number): Promise<void> {
    const client = await connected(this.#servers[name]);
    for (let n = 0; !this.#isStopping; n++) {
      const id = ((n * 7919) % 3000) * 2 + half;
      const made = this.#firstMade + n * 2 + half;
      await client.query(
        `BEGIN; UPDATE shop SET n = n + 1, note = '${name} ${n}' WHERE id = ${id}; INSERT INTO shop VALUES (${made}, ${n}, 'new'); COMMIT`,
      );
      if (n % 3 === 0)
        await client.query(`DELETE FROM shop WHERE id = ${this.#firstMade + (n >> 1) * 2 + half}`);
      this.commits += 1;
      await sleep(Number(process.env.SLEEP_MS ?? 8));
    }
    await client.end();
  }

  async #handOn(): Promise<void> {
    const { east, west, joiner } = this.#servers;
    const clients = [await connected(east), await connected(west)] as const;
    const third = await connected(joiner);
    for (let n = 0; !this.#isStopping; n++) {
      const [maker, changer] = n % 2 === 0 ? clients : [clients[1], clients[0]];
      const id = this.#firstMade + 500_000 + n;
      await maker.query(`INSERT INTO shop VALUES (${id}, 0, 'handed on')`);
      await until(async () => this.#isStopping || (await has(changer, id)));
      const isThere = async () => !(await hasTable(third)) || (await has(third, id));
      await until(async () => this.#isStopping || (await isThere()));
      if (this.#isStopping) break;
      await changer.query(`UPDATE shop SET n = n + 1, note = 'was handed on' WHERE id = ${id}`);
      this.handedOn += 1;
      await sleep(20);
    }
    for (const client of [...clients, third]) await client.end();
  }
}

async function has(client: pg.Client, id: number): Promise<boolean> {
  return (await client.query(`SELECT FROM shop WHERE id = ${id}`)).rowCount === 1;
}

async function hasTable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT to_regclass('shop') IS NOT NULL AS there");
  return rows[0].there === true;
}

async function connected(server: PostgresServer): Promise<pg.Client> {
  const client = new pg.Client({ host: server.socketFolder, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
}

/** Throws where it does not come true in a minute. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); await sleep(20))
    if (Date.now() > end) throw new Error('what was waited for did not come');
}
