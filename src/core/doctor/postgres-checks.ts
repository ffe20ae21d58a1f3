import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { formatBytes, formatCounted } from '../format.ts';
import type { Replica } from '../group/config.ts';
import { parseTableName, qualified } from '../store/postgres/sql.ts';
import { refuseUnfitKey } from '../store/postgres/sql-serving.ts';
import { placeTaken } from '../store/postgres/target-table.ts';
import { captureIdOf } from '../sync/postgres/capture.ts';
import { tableSubscribed } from '../sync/postgres/connect-servers.ts';
import { refuseLacking } from '../sync/postgres/joiner-rights.ts';
import { refuseUnservable } from '../sync/postgres/sql-serving.ts';
import { type Check, failure, info, ok, warning } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';

export type PostgresTable = Result<'pg.donor.open'>;

/** The lead's server and table. What a run would be refused for rejects, in the run's own words. */
export async function lookAtPostgresLead(
  agent: AgentClient,
  { store }: Replica,
  { group, joiner }: DoctorOptions,
): Promise<{ table: PostgresTable; checks: Check[] }> {
  const url = store.path;
  const name = parseTableName(group.table);
  const id = joiner ? captureIdOf(group, joiner) : 'doctor';
  const { result: table } = await agent.call('pg.donor.open', { url, table: name, seed: '0', id });
  const { definition, rowsEstimate, sizeBytes, leftOut, keptWalBytes } = table;
  const key = definition.key.join(', ');
  const checks = [
    ok(
      'store',
      'its changes can be captured: wal_level, slots, walsenders and the login are as they must be',
    ),
    ok(
      'table',
      `${qualified(definition)}: about ${formatCounted(rowsEstimate, 'row')} by ${key}, in ${formatBytes(sizeBytes)}`,
    ),
  ];
  if (keptWalBytes === undefined)
    checks.push(
      warning(
        'store',
        'a slot keeps WAL without a bound: one of a run that died would fill the disk in time',
        "Set max_slot_wal_keep_size to what the disk can spare; 'foresync abort' takes a run's slot away.",
      ),
    );
  if (leftOut.length > 0) checks.push(info('surroundings', `not copied: ${leftOut.join(' and ')}`));
  if (joiner) {
    const { result } = await agent.call('pg.capture.look', { url, id });
    if (result.slot)
      checks.push(
        info(
          'left',
          `the slot of an earlier run is there, and keeps ${formatBytes(result.slot.retainedBytes)} of WAL`,
        ),
      );
  }
  return { table, checks };
}

/** The joiner's server: whether the place is free, and the table can be made there. */
export async function lookAtPostgresJoiner(
  agent: AgentClient,
  table: PostgresTable | undefined,
  { group, joiner, replace, servesSql, handOver: wish }: DoctorOptions,
): Promise<Check[]> {
  if (!joiner) return [];
  const url = joiner.store.path;
  const id = captureIdOf(group, joiner);
  const name = parseTableName(group.table);
  const { result } = await agent.call('pg.joiner.look', { url, id, table: name });
  const checks: Check[] = [];
  refuseLacking(result.lacks, name, undefined);
  try {
    const handOver = wish?.();
    refuseLacking(result.lacks, name, handOver);
    if (handOver?.kind === 'subscription' && result.left?.stage !== 'handed' && !result.isSubscribed) {
      await agent.call('pg.subscription.rehearse', { url, id, conninfo: handOver.conninfo });
      checks.push(ok('place', "a subscription can be made there, and its server reaches the lead's"));
    }
  } catch (error) {
    if (!(error instanceof ForesyncError) || error.kind === 'unreachable') throw error;
    checks.push(failure('place', error));
  }
  if (result.left) checks.push(info('left', 'an earlier run left a half-built table, which is gone on with'));
  else if (result.subscription !== undefined)
    checks.push(failure('place', tableSubscribed(joiner.name, result.subscription)));
  else if (result.hasTable && !replace) checks.push(failure('place', placeTaken(name)));
  else
    checks.push(
      ok('place', result.hasTable ? 'the table there would give way' : 'no such table is there yet'),
    );
  if (servesSql && !result.left) {
    if (table) refuseUnfitKey(table.definition);
    await refuseUnservable(agent, { url, hasTable: result.hasTable, table: group.table });
    checks.push(ok('store', 'reads can be answered there: postgres_fdw is there and may be used'));
  }
  if (!table || result.left) return checks;
  await agent.call('pg.joiner.rehearse', { url, id, definition: table.definition, keyOrder: table.keyOrder });
  return [...checks, ok('definition', 'the table can be made there as the lead has it')];
}
