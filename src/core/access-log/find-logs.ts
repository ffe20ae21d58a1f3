import { globSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import type { Replica, ReplicaGroup } from '../group/config.ts';
import { printable } from '../text.ts';

export interface FoundLogs {
  logs: { path: string; replica: string }[];
  /** Names of replicas whose logs are not there. */
  without: string[];
}

/** Finds the logs that foresync.yaml names, for one replica or for all of them. A file is there once for each replica. */
export function findGroupLogs(group: ReplicaGroup, only: string | undefined): FoundLogs {
  const replicas = only === undefined ? [...group.replicas.values()] : [namedReplica(group, only)];
  const found: FoundLogs = { logs: [], without: [] };
  for (const replica of replicas) {
    const files = new Map(replica.logs.flatMap(expand).map((file) => [realPath(file), file]));
    if (files.size === 0) found.without.push(replica.name);
    for (const file of files.values()) found.logs.push({ path: file, replica: replica.name });
  }
  if (found.logs.length > 0) return found;
  throw new ForesyncError('io', 'log-missing', `No log that ${printable(group.file)} names is there.`, {
    hint: 'Name the logs: foresync analyze LOG... --replica NAME. Logs of other hosts have to be copied here first.',
  });
}

/**
 * Whose logs files are that the operator named: of the replica whose `logs` in foresync.yaml match, else of 'default'. The same file named
 * twice is there once.
 */
export function assignLogs(
  files: readonly string[],
  group: ReplicaGroup | undefined,
  replica: string | undefined,
): FoundLogs['logs'] {
  const owners = new Map<string, string>();
  if (group && replica === undefined) {
    for (const owner of group.replicas.values()) {
      for (const file of owner.logs.flatMap(expand)) owners.set(realPath(file), owner.name);
    }
  }
  const distinct = new Map(files.map((file) => [file === '-' ? '-' : realPath(file), file]));
  return [...distinct].map(([real, file]) => ({
    path: file,
    replica: replica ?? owners.get(real) ?? 'default',
  }));
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
