import type { Replica, ReplicaGroup } from '../group/config.ts';
import { isTableLog } from '../group/table-log.ts';
import type { RemoteScriptOptions } from '../transport/remote-script.ts';
import type { LocatedLog } from './find-logs.ts';
import { allOf, distinctLogs, findAtHost, parseRemoteLog, type RemoteLogName } from './find-remote-logs.ts';
import { expand, realPath } from './local-files.ts';
import { noSuchLog } from './log-file.ts';
import { remoteName } from './remote-log.ts';

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
  for (const owner of replicas) for (const log of owner.logs.filter(isTableLog)) owners.set(log, owner.name);
  for (const owner of replicas.filter(({ host }) => host.kind === 'local')) {
    for (const file of owner.logs.filter((log) => !isTableLog(log)).flatMap(expand))
      owners.set(realPath(file), owner.name);
  }
  const names = files.map((file) => ({
    file,
    remote: file === '-' || isTableLog(file) ? undefined : parseRemoteLog(file),
  }));
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
    for (const path of name ? [] : localFiles(file)) {
      const real = path === '-' || isTableLog(path) ? path : realPath(path);
      distinct.set(real, { path, replica: replica ?? owners.get(real) ?? 'default' });
    }
  }
  return [...distinct.values()];
}

/** What is not there keeps its name, and fails when it is read. */
function localFiles(name: string): string[] {
  const files = name === '-' || isTableLog(name) ? [] : expand(name);
  return files.length > 0 ? files : [name];
}

/** The logs of each name, with the replica at that host whose `logs` match, else 'default'. */
async function assignAtHost(
  destination: string,
  wanted: readonly RemoteLogName[],
  replicas: readonly Replica[],
  options: RemoteScriptOptions,
): Promise<LocatedLog[][]> {
  const there = replicas.filter(({ host }) => host.kind === 'ssh' && host.destination === destination);
  const claims = there.flatMap(({ name, logs }) =>
    logs.filter((log) => !isTableLog(log)).map((pattern) => ({ name, pattern })),
  );
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
    return logs.map(({ path: name, file, open, sizeBytes }) => ({
      path: name,
      replica: owners.get(file) ?? 'default',
      open,
      sizeBytes,
    }));
  });
}
