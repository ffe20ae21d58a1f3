import { ForesyncError } from '../errors.ts';
import type { Replica, ReplicaGroup } from '../group/config.ts';
import type { RemoteScriptOptions } from '../transport/remote-script.ts';
import { assignLogs } from './assign-logs.ts';
import { type FoundLogs, findGroupLogs, type LocatedLog, namedReplica } from './find-logs.ts';
import { parseRemoteLog } from './find-remote-logs.ts';
import { expand, isGlob, kindOf } from './local-files.ts';

/** A place where logs are looked for again and again. */
export interface LogLookup {
  /** A look takes a connection for each host. */
  isRemote: boolean;
  /** What is there now; throws what `findAtHost` does. */
  look(signal: AbortSignal): Promise<LocatedLog[]>;
}

/** Named logs: those of this machine, and those at hosts; globs are expanded at each look. */
export function namedLookups(
  files: readonly string[],
  group: ReplicaGroup | undefined,
  replica: string | undefined,
  options: Omit<RemoteScriptOptions, 'signal'>,
): LogLookup[] {
  const remote = files.filter((file) => parseRemoteLog(file));
  const local = files.filter((file) => !remote.includes(file));
  const look = (names: readonly string[]) => (signal: AbortSignal) =>
    assignLogs(names, group, replica, { ...options, signal });
  // A glob that matches nothing yet may do so after the next rotation.
  const lookHere = async (signal: AbortSignal) =>
    (await look(local)(signal)).filter(({ path }) => !isGlob(path) || expand(path).length > 0);
  return [
    ...(local.length > 0 ? [{ isRemote: false, look: lookHere }] : []),
    ...(remote.length > 0 ? [{ isRemote: true, look: look(remote) }] : []),
  ];
}

/** The logs that foresync.yaml names, for one replica or all; none where none is there. Throws the `usage` error of an unknown replica. */
export function groupLookups(
  group: ReplicaGroup,
  only: string | undefined,
  options: Omit<RemoteScriptOptions, 'signal'>,
): LogLookup[] {
  const asked = only === undefined ? [...group.replicas.values()] : [namedReplica(group, only)];
  const kinds = Map.groupBy(asked, ({ host }) => host.kind === 'ssh');
  return [...kinds].map(([isRemote, replicas]) => ({
    isRemote,
    look: async (signal) => (await findSome(group, replicas, { ...options, signal })).logs,
  }));
}

async function findSome(
  group: ReplicaGroup,
  replicas: readonly Replica[],
  options: RemoteScriptOptions,
): Promise<FoundLogs> {
  const part = { ...group, replicas: new Map(replicas.map((replica) => [replica.name, replica])) };
  try {
    return await findGroupLogs(part, undefined, options);
  } catch (error) {
    if (error instanceof ForesyncError && error.code === 'log-missing') return { logs: [], without: [] };
    throw error;
  }
}

/** Whether a name stands for bytes that come once: standard input, a named pipe, a terminal. */
export function isStream(name: string): boolean {
  return name === '-' || kindOf(name) === 'stream';
}
