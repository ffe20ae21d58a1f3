import path from 'node:path';
import type { GroupDocument } from '../core/group/config-shape.ts';
import { nearWord } from '../core/near-word.ts';
import { applicationId } from '../core/state/open.ts';
import { databasesIn, type KeyedTable, keyedTablesOf } from '../core/store/sqlite/found-databases.ts';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';
import { type DescribedReplica, fromConfigFolder, parseLogs } from './replica-flag.ts';

/** What `init` knows of the group so far: of flags, then of answers. */
export interface InitWishes {
  group: string | undefined;
  table: string | undefined;
  lead: string | undefined;
  /** By name, in the order in which they were named. */
  replicas: Map<string, DescribedReplica>;
  /** `NAME=GLOB`, or a glob of the lead's. */
  logs: string[];
}

/** The SQLite files of a folder that may be a replica's: all but foresync's own. */
export function foundDatabases(folder: string): string[] {
  return databasesIn(folder, { notOf: applicationId });
}

/** The tables of a replica that can be asked without a way to another host; undefined of any other. */
export function tablesOf(replica: DescribedReplica | undefined): KeyedTable[] | undefined {
  return replica?.host === 'local' ? keyedTablesOf(fileOf(replica)) : undefined;
}

export function fileOf({ store }: DescribedReplica): string {
  return store.replace(/^sqlite:/, '');
}

/** `shop` of /srv/shop/shop.db. */
export function stemOf(replica: DescribedReplica): string {
  const { name, base } = path.parse(fileOf(replica));
  return name || base;
}

/** Fills in what follows from the rest, and refuses by the flag's name what does not. `folder` is looked at for proposals. */
export function completed(wishes: InitWishes, folder: string, configFile: string): GroupDocument {
  const [first] = wishes.replicas.keys();
  if (first === undefined) throw noReplica(folder);
  const { lead: leadName = first } = wishes;
  const lead = wishes.replicas.get(leadName);
  const names = [...wishes.replicas.keys()];
  if (!lead) {
    const near = nearWord(leadName, names);
    throw usageError(
      `--lead: '${leadName}' is none of the replicas.`,
      near === undefined ? `Write one of ${names.join(', ')}.` : `Did you mean ${near}?`,
    );
  }
  const table = wishes.table ?? onlyTable(lead);
  const logs = wishes.logs.map((text) => parseLogs(text, { names, lead: leadName }));
  const replicas = [...wishes.replicas].map(([name, { host, store }]) => {
    const file = fileOf({ host, store });
    return [
      name,
      {
        host,
        store: `sqlite:${host === 'local' ? fromConfigFolder(file, configFile) : file}`,
        logs: logs.filter(({ replica }) => replica === name).map(({ log }) => log),
      },
    ] as const;
  });
  return {
    ...{ group: wishes.group ?? stemOf(lead), table, lead: leadName, pin: [], exclude: [] },
    replicas: Object.fromEntries(replicas),
  };
}

function onlyTable(lead: DescribedReplica): string {
  const tables = tablesOf(lead);
  const [only, another] = tables ?? [];
  if (only && !another) return only.name;
  const names = tables?.map(({ name }) => printable(name, 60)).slice(0, 20);
  throw usageError(
    '--table is missing.',
    names === undefined
      ? 'Name the table; its primary key is the key.'
      : names.length === 0
        ? `${fileOf(lead)} has no table with a primary key.`
        : `Name one of ${names.join(', ')}.`,
  );
}

function noReplica(folder: string): Error {
  const [file] = foundDatabases(folder);
  return usageError(
    '--replica is missing.',
    `Name each replica that is there, as in --replica us-east=local:${file ?? '/srv/shop/shop.db'}, the lead first.`,
  );
}
