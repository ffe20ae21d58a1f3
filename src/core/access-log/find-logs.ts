import { ForesyncError } from '../errors.ts';
import type { Replica, ReplicaGroup } from '../group/config.ts';
import { isTableLog } from '../group/table-log.ts';
import { printable } from '../text.ts';
import type { RemoteScriptOptions } from '../transport/remote-script.ts';
import { allOf, distinctLogs, findAtHost } from './find-remote-logs.ts';
import { expand, realPath } from './local-files.ts';
import type { OpenLog } from './log-file.ts';

/** A log, and the replica whose log it is. The path of a table at ClickHouse is its URL. */
export interface LocatedLog {
  path: string;
  replica: string;
  /** How it is opened, where it is not a path of this machine. */
  open?: (signal?: AbortSignal) => OpenLog;
  /** As it is stored, where that is known before it is opened. */
  sizeBytes?: number;
}

export interface FoundLogs {
  logs: LocatedLog[];
  /** Names of replicas whose logs are not there. */
  without: string[];
}

/**
 * Finds the logs that foresync.yaml names, for one replica or for all of them, each at its replica's host; all hosts are asked at once.
 * A file is there once for each replica. Throws what `findAtHost` does.
 */
export async function findGroupLogs(
  group: ReplicaGroup,
  only: string | undefined,
  options: RemoteScriptOptions,
): Promise<FoundLogs> {
  const replicas = only === undefined ? [...group.replicas.values()] : [namedReplica(group, only)];
  const logs = await allOf(replicas.map((replica) => logsOf(replica, options)));
  const without = replicas.filter((_, index) => logs[index]?.length === 0).map(({ name }) => name);
  if (logs.some((found) => found.length > 0)) return { logs: logs.flat(), without };
  throw new ForesyncError('io', 'log-missing', `No log that ${printable(group.file)} names is there.`, {
    hint: "Check the paths of its logs, or name them: 'foresync analyze LOG... --replica NAME'.",
  });
}

async function logsOf(replica: Replica, options: RemoteScriptOptions): Promise<LocatedLog[]> {
  const { name, host } = replica;
  const tables = replica.logs.filter(isTableLog).map((path) => ({ path, replica: name }));
  const logs = replica.logs.filter((log) => !isTableLog(log));
  if (host.kind === 'local') {
    const files = new Map(logs.flatMap(expand).map((file) => [realPath(file), file]));
    return [...[...files.values()].map((file) => ({ path: file, replica: name })), ...tables];
  }
  if (logs.length === 0) return tables;
  const asks = logs.map((pattern) => ({ pattern, withHead: true }));
  const found = (await findAtHost(host.destination, asks, options)).flat();
  const files = distinctLogs(found).map(({ path: file, open, sizeBytes }) => ({
    path: file,
    replica: name,
    open,
    sizeBytes,
  }));
  return [...files, ...tables];
}

/** Throws the `usage` error `replica-unknown`. */
export function namedReplica(group: ReplicaGroup, name: string): Replica {
  const replica = group.replicas.get(name);
  if (replica) return replica;
  throw new ForesyncError(
    'usage',
    'replica-unknown',
    `There is no replica '${printable(name)}' in ${printable(group.file)}.`,
    {
      hint: `It has ${printable([...group.replicas.keys()].join(', '))}.`,
    },
  );
}
