import type { RequestType } from './protocol.ts';

/** Where all requests stand in line that share one thread with SQLite. */
const usual = '';

/**
 * In which line a request waits for those before it. Those about PostgreSQL stores wait for a server most of the time, so that each of its connections has a line
 * of its own; requests of different lines must not depend on one another.
 */
export function laneOf(type: RequestType, params: unknown): string {
  if (!type.startsWith('pg.')) return usual;
  // What came is checked only when its turn has come.
  const lane = (params as { lane?: unknown } | null | undefined)?.lane;
  return typeof lane === 'number' && lane >= 0 && lane <= 15 ? `pg ${Math.floor(lane)}` : 'pg';
}
