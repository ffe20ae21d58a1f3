import { ForesyncError } from '../../errors.ts';
import type { JoinerLack } from '../../store/postgres/joiner-rights.ts';
import { quoteName, type TableName } from '../../store/postgres/sql.ts';
import { printable } from '../../text.ts';
import type { HandOver } from '../add-replica.ts';

/**
 * Refuses a joiner whose login would be refused by its server in the middle of a run, or at its very end. Throws `permission`, `no-create` and, where the joiner is to be
 * handed over to a subscription, `no-subscribe` and `no-origin`.
 */
export function refuseLacking(
  lacks: readonly JoinerLack[],
  table: TableName,
  handOver: HandOver | undefined,
): void {
  if (lacks.includes('database-create'))
    throw lacking(
      'no-create',
      'make a schema',
      'GRANT CREATE ON DATABASE … to it: the checkpoint and the Delta Log lie in a schema foresync until the run is over.',
    );
  if (lacks.includes('schema-create')) {
    const schema = printable(quoteName(table.schema));
    throw lacking('no-create', `make a table in ${schema}`, `GRANT CREATE ON SCHEMA ${schema} to it.`);
  }
  if (handOver?.kind !== 'subscription') return;
  if (lacks.includes('subscribe'))
    throw lacking(
      'no-subscribe',
      'make a subscription',
      `That takes a superuser, or from PostgreSQL 16 on: ${subscribingGrants(handOver)}. --hand-over none leaves the replica as it is.`,
    );
  if (lacks.includes('advance-origin') || (handOver.among && lacks.includes('apply-as-origin')))
    throw lacking(
      'no-origin',
      'give a subscription its place',
      `As a superuser, in this database: ${subscribingGrants(handOver)}. --hand-over none leaves the replica as it is.`,
    );
}

function lacking(code: string, what: string, hint: string): ForesyncError {
  return new ForesyncError('permission', code, `The joiner's login may not ${what}.`, { hint });
}

/** What a login that is no superuser needs; no role that comes with PostgreSQL has the functions. */
function subscribingGrants({ among }: HandOver & { kind: 'subscription' }): string {
  const functions = [
    'pg_replication_origin_advance(text, pg_lsn)',
    ...(among ? ['create', 'drop', 'session_setup'].map((of) => `pg_replication_origin_${of}(text)`) : []),
  ];
  return `GRANT pg_create_subscription, and GRANT EXECUTE ON FUNCTION ${functions.join(', ')}, to it`;
}
