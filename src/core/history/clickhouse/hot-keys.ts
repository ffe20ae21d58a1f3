import { rowMark } from '../../access-log/clickhouse/row-binary.ts';
import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import { type EventQueries, type Part, sqlReads, wherePart } from './event-query.ts';

/** Which keys are kept: those with `reads` and more, and `share` (of `shareUnit`) of those with one read less. */
export interface HotLevel {
  reads: number;
  share: number;
}

const shareUnit = 2 ** 20;

/** About how many keys a stretch of time has, within a percent or two. */
export async function countKeys(
  server: ClickHouseServer,
  queries: EventQueries,
  part: Part,
): Promise<number> {
  const [keys = 0] = await server.allRows(
    `SELECT toUInt8(${rowMark}), toUInt64(uniqCombined(${queries.events.key})) FROM ${queries.table} WHERE ${wherePart(queries, part)}`,
    (cursor) => cursor.int64(),
  );
  return keys;
}

/** The level above which about `maxKeys` keys lie; undefined where all keys are no more than that. */
export async function findHotLevel(
  server: ClickHouseServer,
  queries: EventQueries,
  parts: readonly Part[],
  maxKeys: number,
): Promise<HotLevel | undefined> {
  const keysByReads = new Map<number, number>();
  for (const part of parts) {
    const pages = server.rows(
      `SELECT toUInt8(${rowMark}), fs_reads, toUInt64(count()) FROM (
         SELECT ${queries.events.key} AS fs_key, ${sqlReads(queries.events)} AS fs_reads FROM ${queries.table}
         WHERE ${wherePart(queries, part)} GROUP BY fs_key HAVING ${queries.events.isSoundKey('fs_key')}
       ) GROUP BY fs_reads`,
      (cursor) => ({ reads: cursor.int64(), keys: cursor.int64() }),
    );
    for await (const page of pages)
      for (const { reads, keys } of page) keysByReads.set(reads, (keysByReads.get(reads) ?? 0) + keys);
  }
  return hotLevel(keysByReads, maxKeys);
}

/** Of keys that are read equally often and do not all fit, a share is kept, by a hash. */
export function hotLevel(keysByReads: ReadonlyMap<number, number>, maxKeys: number): HotLevel | undefined {
  let room = maxKeys;
  for (const [reads, keys] of [...keysByReads].sort(([a], [b]) => b - a)) {
    if (keys > room) return { reads: reads + 1, share: Math.floor((room / keys) * shareUnit) };
    room -= keys;
  }
  return undefined;
}

/** Whether a key with so many reads is kept, as a condition. */
export function isHot({ reads, share }: HotLevel): string {
  return `(fs_reads >= ${reads} OR (fs_reads = ${reads - 1} AND sipHash64(fs_key) % ${shareUnit} < ${share}))`;
}
