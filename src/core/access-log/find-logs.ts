import { globSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import type { Replica, ReplicaGroup } from '../group/config.ts';
import { printable } from '../text.ts';
import type { RemoteScriptOptions } from '../transport/remote-script.ts';
import { distinctLogs, findAtHost, parseRemoteLog, type RemoteLogName } from './find-remote-logs.ts';
import { noSuchLog, type OpenLog } from './log-file.ts';
import { remoteName } from './remote-log.ts';

/** A log, and the replica whose log it is. */
export interface LocatedLog {
  path: string;
  replica: string;
  /** How it is opened, where it is not a path of this machine. */
  open?: (signal?: AbortSignal) => OpenLog;
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
    hint: 'Check the paths of its logs, or name them: foresync analyze LOG... --replica NAME.',
  });
}

async function logsOf(replica: Replica, options: RemoteScriptOptions): Promise<LocatedLog[]> {
  const { name, host, logs } = replica;
  if (host.kind === 'local') {
    const files = new Map(logs.flatMap(expand).map((file) => [realPath(file), file]));
    return [...files.values()].map((file) => ({ path: file, replica: name }));
  }
  if (logs.length === 0) return [];
  const asks = logs.map((pattern) => ({ pattern, withHead: true }));
  const found = (await findAtHost(host.destination, asks, options)).flat();
  return distinctLogs(found).map(({ path: file, open }) => ({ path: file, replica: name, open }));
}

/**
 * Whose logs files are that the operator named: of the replica whose `logs` in foresync.yaml match, else of 'default'. The same file named
 * twice is there once. `user@host:PATH` is looked for at its host; throws what `findAtHost` does, and `io` (`log-missing`).
 */
export async function assignLogs(
  files: readonly string[],
  group: ReplicaGroup | undefined,
  replica: string | undefined,
  options: RemoteScriptOptions,
): Promise<LocatedLog[]> {
  const replicas = group && replica === undefined ? [...group.replicas.values()] : [];
  const owners = new Map<string, string>();
  for (const owner of replicas.filter(({ host }) => host.kind === 'local')) {
    for (const file of owner.logs.flatMap(expand)) owners.set(realPath(file), owner.name);
  }
  const names = files.map((file) => ({ file, remote: file === '-' ? undefined : parseRemoteLog(file) }));
  const byHost = Map.groupBy(
    names.flatMap(({ remote }) => remote ?? []),
    ({ destination }) => destination,
  );
  const remote = new Map<RemoteLogName, LocatedLog[]>();
  await allOf(
    [...byHost].map(async ([destination, wanted]) => {
      const logs = await assignAtHost(destination, wanted, replicas, options);
      wanted.forEach((name, index) => void remote.set(name, logs[index] ?? []));
    }),
  );
  const distinct = new Map<string, LocatedLog>();
  for (const { file, remote: name } of names) {
    for (const log of (name && remote.get(name)) ?? [])
      distinct.set(log.path, { ...log, replica: replica ?? log.replica });
    if (name) continue;
    const real = file === '-' ? '-' : realPath(file);
    distinct.set(real, { path: file, replica: replica ?? owners.get(real) ?? 'default' });
  }
  return [...distinct.values()];
}

/** The logs of each name, with the replica at that host whose `logs` match, else 'default'. */
async function assignAtHost(
  destination: string,
  wanted: readonly RemoteLogName[],
  replicas: readonly Replica[],
  options: RemoteScriptOptions,
): Promise<LocatedLog[][]> {
  const there = replicas.filter(({ host }) => host.kind === 'ssh' && host.destination === destination);
  const claims = there.flatMap(({ name, logs }) => logs.map((pattern) => ({ name, pattern })));
  const asks = [
    ...wanted.map(({ pattern }) => ({ pattern, withHead: true })),
    ...claims.map(({ pattern }) => ({ pattern, withHead: false })),
  ];
  const found = await findAtHost(destination, asks, options);
  const owners = new Map<string, string>();
  claims.forEach(({ name }, index) => {
    for (const { file } of found[wanted.length + index] ?? []) owners.set(file, name);
  });
  return wanted.map(({ pattern }, index) => {
    const logs = distinctLogs(found[index] ?? []);
    if (logs.length === 0) throw noSuchLog(remoteName(destination, pattern));
    return logs.map(({ path: name, file, open }) => ({
      path: name,
      replica: owners.get(file) ?? 'default',
      open,
    }));
  });
}

/** Waits for all, so that none still runs when one fails. */
async function allOf<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}

function namedReplica(group: ReplicaGroup, name: string): Replica {
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

/** A path that exists is itself, whatever characters it has; otherwise it is a glob. */
function expand(pattern: string): string[] {
  if (statSync(pattern, { throwIfNoEntry: false })) return [pattern];
  if (!/[*?[\]{}]/.test(pattern)) return [];
  return globSync(pattern)
    .filter((file) => !statSync(file, { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

/** A file that is not there keeps its path, and fails when it is read. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return path.resolve(file);
  }
}
