import { rowMark } from '../../access-log/clickhouse/row-binary.ts';
import type { ClickHouseServer } from '../../access-log/clickhouse/server.ts';
import { countMinDepth, countMinWidth } from '../sketch/count-min.ts';
import { registerCount } from '../sketch/hyper-log-log.ts';
import type { KeySketch } from '../sketch/key-sketch.ts';
import { type EventQueries, type Part, sqlReads, wherePart } from './event-query.ts';
import { type HotLevel, isHot } from './hot-keys.ts';

/** Numbers of what the server sums up: first the counters of the count-min sketch, then the registers of the HyperLogLog. */
const firstRegister = countMinWidth * countMinDepth;
const readsCell = firstRegister + registerCount;
const [writesCell, firstMsCell, lastMsCell] = [readsCell + 1, readsCell + 2, readsCell + 3];

/** Adds the keys of a part that lie below the level. The server fills the sketches: it sends one row a counter that is not zero. */
export async function addColdKeys(
  server: ClickHouseServer,
  queries: EventQueries,
  part: Part,
  level: HotLevel,
  cold: KeySketch,
): Promise<void> {
  for await (const page of server.rows(coldQuery(queries, part, level), readCell)) {
    for (const { cell, sum, least, most } of page) {
      if (cell < firstRegister) cold.keyReads.addToCell(cell, sum);
      else if (cell < readsCell) cold.keys.raise(cell - firstRegister, most);
      else if (cell === readsCell) cold.reads += sum;
      else if (cell === writesCell) cold.writes += sum;
      else if (cell === firstMsCell) cold.firstMs = Math.min(cold.firstMs, least);
      else cold.lastMs = Math.max(cold.lastMs, most);
    }
  }
}

function readCell(cursor: { uint32(): number; int64(): number }) {
  return { cell: cursor.uint32(), sum: cursor.int64(), least: cursor.int64(), most: cursor.int64() };
}

function coldQuery(queries: EventQueries, part: Part, level: HotLevel): string {
  const { table, events } = queries;
  const { ms } = events.time;
  const values: [cell: string | number, value: string][] = [
    ...Array.from({ length: countMinDepth }, (_, row) => [countMinCell(row), 'fs_reads'] as [string, string]),
    [registerCell, rank],
    [readsCell, 'fs_reads'],
    [writesCell, 'fs_writes'],
    [firstMsCell, 'fs_first'],
    [lastMsCell, 'fs_last'],
  ];
  return `
    SELECT toUInt8(${rowMark}), fs_cell, sum(fs_value), min(fs_value), max(fs_value) FROM (
      SELECT murmurHash3_32(fs_key) AS fs_hash3, murmurHash2_32(fs_key) AS fs_hash2, fs_reads, fs_writes, fs_first, fs_last FROM (
        SELECT ${events.key} AS fs_key, ${sqlReads(events)} AS fs_reads, toUInt64(countIf(${events.isWrite})) AS fs_writes,
          toUInt64(min(${ms})) AS fs_first, toUInt64(max(${ms})) AS fs_last
        FROM ${table} WHERE ${wherePart(queries, part)}
        GROUP BY fs_key HAVING ${events.isSoundKey('fs_key')} AND NOT ${isHot(level)}
      )
    ) ARRAY JOIN [${values.map(([cell]) => `toUInt32(${cell})`).join(', ')}] AS fs_cell, [${values.map(([, value]) => `toUInt64(${value})`).join(', ')}] AS fs_value
    WHERE fs_value > 0 GROUP BY fs_cell`;
}

/** The counter of a key in a row, as `CountMin` has it. */
function countMinCell(row: number): string {
  return `${row * countMinWidth} + (toUInt64(fs_hash3) + ${row} * toUInt64(fs_hash2)) % ${countMinWidth}`;
}

/** The register of a key, as `HyperLogLog` has it. */
const registerCell = `${firstRegister} + intDiv(fs_hash3, ${2 ** 32 / registerCount})`;

/** One more than the leading zeros of 32 bits. The half keeps the logarithm of a power of two on its side, however it is rounded. */
const rank = 'if(fs_hash2 = 0, 33, 32 - toUInt8(floor(log2(fs_hash2 + 0.5))))';
