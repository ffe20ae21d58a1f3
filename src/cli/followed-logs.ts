import { existsSync } from 'node:fs';
import { groupLookups, isStream, namedLookups } from '../core/access-log/log-lookups.ts';
import { loadGroup } from '../core/group/config.ts';
import type { FollowedLogs } from '../core/history/follow.ts';

/** What `analyze --follow` follows: the logs that were named, or without any those of foresync.yaml, whose replicas are then given too. */
export function followedLogs(
  names: readonly string[],
  config: string,
  replica: string | undefined,
): { logs: FollowedLogs; replicas: string[] } {
  if (names.length === 0) {
    const group = loadGroup(config);
    const lookups = groupLookups(group, replica, {});
    return {
      logs: { lookups, streams: [] },
      replicas: replica === undefined ? [...group.replicas.keys()] : [replica],
    };
  }
  const group = replica === undefined && existsSync(config) ? loadGroup(config) : undefined;
  const streams = [...new Set(names.filter(isStream))];
  const files = names.filter((name) => !streams.includes(name));
  return {
    logs: {
      lookups: namedLookups(files, group, replica, {}),
      streams: streams.map((path) => ({ path, replica: replica ?? 'default' })),
    },
    replicas: [],
  };
}
