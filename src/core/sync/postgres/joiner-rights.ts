import { ForesyncError } from '../../errors.ts';
import type { JoinerLack } from '../../store/postgres/joiner-rights.ts';
import { quoteName, type TableName } from '../../store/postgres/sql.ts';
import { printable } from '../../text.ts';

/**
 * Refuses a joiner whose login would be refused by its server in the middle of a run, or at its very end. Throws `permission`, `no-create` and, where the joiner is to be
 * handed over to a subscription, `no-subscribe`.
 */
export function refuseLacking(lacks: readonly JoinerLack[], table: TableName, subscribes: boolean): void {
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
  if (subscribes && lacks.includes('subscribe'))
    throw lacking(
      'no-subscribe',
      'make a subscription',
      'That takes a superuser, or pg_create_subscription from PostgreSQL 16 on; --hand-over none leaves the replica as it is.',
    );
}

function lacking(code: string, what: string, hint: string): ForesyncError {
  return new ForesyncError('permission', code, `The joiner's login may not ${what}.`, { hint });
}
