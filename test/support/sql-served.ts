import assert from 'node:assert/strict';
import { systemClock, systemWait } from '../../src/core/clock.ts';
import { addReplica } from '../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { Pace } from '../../src/core/sync/pace.ts';
import { planOf } from './local-group.ts';
import type { PostgresPair } from './postgres.ts';
import { conninfoOf, postgresRun } from './postgres-group.ts';

/** Calls `work` once, when the planned rows are there and nothing else is, and fails with what that fails with. */
export async function runServed(
  pair: PostgresPair,
  table: string,
  plan: (number | string | string[])[],
  work: () => unknown,
  more: { signal?: AbortSignal } = {},
): Promise<RunEvent[]> {
  const failed: unknown[] = [];
  let isDone = false;
  const { options, events } = postgresRun(
    pair,
    table,
    {
      ...{
        plan: planOf({ lead: plan }),
        pace: new Pace(20e6, systemClock, systemWait),
        serveSql: { conninfo: conninfoOf(pair) },
      },
      ...more,
    },
    (event) => {
      if (event.type !== 'hot-ready' || isDone) return;
      isDone = true;
      try {
        work();
      } catch (error) {
        failed.push(error);
      }
    },
  );
  await addReplica(options);
  assert.deepEqual(failed, []);
  assert.ok(isDone);
  return events;
}

/** Of what the joiner's server was given to answer reads. */
export function nothingServedLeft(pair: PostgresPair): void {
  assert.equal(
    pair.joiner.sql(
      `SELECT (SELECT count(*) FROM pg_foreign_server) + (SELECT count(*) FROM pg_class WHERE relname LIKE 'foresync%') + (SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync') + (SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%foresync%')`,
    ),
    '0',
  );
}
