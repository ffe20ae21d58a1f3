import type { GroupDocument } from '../core/group/config-shape.ts';
import { nearWord } from '../core/near-word.ts';
import { applicationId } from '../core/state/open.ts';
import { databasesIn } from '../core/store/sqlite/found-databases.ts';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';
import { placeOf, stemOf, storeIn, tablesOf } from './init-places.ts';
import { type DescribedReplica, parseLogs } from './replica-flag.ts';

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

/** Fills in what follows from the rest, and refuses by the flag's name what does not. `folder` is looked at for proposals. */
export async function completed(
  wishes: InitWishes,
  folder: string,
  configFile: string,
): Promise<GroupDocument> {
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
  const table = wishes.table ?? (await onlyTable(lead));
  const logs = wishes.logs.map((text) => parseLogs(text, { names, lead: leadName }));
  const replicas = [...wishes.replicas].map(
    ([name, replica]) =>
      [
        name,
        {
          host: replica.host,
          store: storeIn(configFile, replica),
          logs: logs.filter((one) => one.replica === name).map(({ log }) => log),
        },
      ] as const,
  );
  return {
    ...{ group: wishes.group ?? stemOf(lead), table, lead: leadName, pin: [], exclude: [] },
    replicas: Object.fromEntries(replicas),
  };
}

async function onlyTable(lead: DescribedReplica): Promise<string> {
  const tables = await tablesOf(lead);
  const [only, another] = tables ?? [];
  if (only && !another) return only.name;
  const names = tables?.map(({ name }) => printable(name, 60)).slice(0, 20);
  throw usageError(
    '--table is missing.',
    names === undefined
      ? 'Name the table; its primary key is the key.'
      : names.length === 0
        ? `${placeOf(lead)} has no table with a primary key.`
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
