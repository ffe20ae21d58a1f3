import os from 'node:os';
import path from 'node:path';
import { parsePostgresUrl } from '../core/group/postgres-url.ts';
import { parseStore, type StoreSpec } from '../core/group/store-spec.ts';
import { parseTableName, qualified } from '../core/store/postgres/sql.ts';
import { type KeyedTable, keyedTablesOf } from '../core/store/sqlite/found-databases.ts';
import { type DescribedReplica, fromConfigFolder } from './replica-flag.ts';

/** Of one that was taken apart before: a local path is whole. */
export function storeOf({ store }: DescribedReplica): StoreSpec {
  return parseStore(store, '/');
}

/** The path of a replica's file, or its server's URL. */
export function placeOf(replica: DescribedReplica): string {
  return storeOf(replica).path;
}

/** A replica's store as a foresync.yaml has it. */
export function storeIn(configFile: string, replica: DescribedReplica): string {
  const { kind, path: place } = storeOf(replica);
  if (kind === 'postgres') return place;
  return `sqlite:${replica.host === 'local' ? fromConfigFolder(place, configFile) : place}`;
}

/** `shop` of /srv/shop/shop.db, or of a database of that name. */
export function stemOf(replica: DescribedReplica): string {
  const { kind, path: place } = storeOf(replica);
  if (kind === 'sqlite') return path.parse(place).name || path.parse(place).base;
  const { database, options, user } = parsePostgresUrl(place);
  return database ?? options.service ?? user ?? 'postgres';
}

/** What a replica may be called: as its host is, or its server where that is another machine. */
export function nameFor(replica: DescribedReplica): string {
  const { kind, path: place } = storeOf(replica);
  const { host } = replica;
  const server = kind === 'postgres' && host === 'local' ? parsePostgresUrl(place).host : undefined;
  const isAddress = server === undefined || server === 'localhost' || /^[/@]|^[\d.]+$|:/.test(server);
  const local = isAddress ? os.hostname() : server;
  const label = host === 'local' ? local : host.replace(/^.*@/, '').replace(/^ssh:\/\//, '');
  return label.split(/[.:]/)[0] || 'lead';
}

/** The tables of a replica that can be asked without a way to another host; undefined of any other. Throws where its database cannot be opened. */
export async function tablesOf(replica: DescribedReplica | undefined): Promise<KeyedTable[] | undefined> {
  if (replica?.host !== 'local') return undefined;
  const { kind, path: place } = storeOf(replica);
  if (kind === 'sqlite') return keyedTablesOf(place);
  const { keyedTablesAt } = await import('../core/store/postgres/found-tables.ts');
  return keyedTablesAt(place);
}

/** Whether two texts name the same table of a replica. */
export function isSameTable(replica: DescribedReplica, one: string, other: string): boolean {
  if (storeOf(replica).kind === 'sqlite') return one.toLowerCase() === other.toLowerCase();
  return qualified(parseTableName(one)) === qualified(parseTableName(other));
}
