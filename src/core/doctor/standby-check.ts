import type { Result } from '../agent/protocol.ts';
import { printable } from '../text.ts';
import { type Check, info, ok } from './check.ts';
import type { PostgresTable } from './postgres-checks.ts';

/** Whether a PostgreSQL server beside the lead gives planned rows. What a run finds out before it reads, as how far it is behind, is of that moment alone. */
export function standbyCheck(
  { inRecovery, systemId }: Result<'pg.standby.look'>,
  lead: { name: string; table: PostgresTable | undefined },
): Check {
  const isOfLead = lead.table === undefined || lead.table.systemId === systemId;
  const name = printable(lead.name, 60);
  return inRecovery && isOfLead
    ? ok('store', `a standby of ${name}: it gives planned rows, and spares the lead`)
    : info('store', `no standby of ${name}: it gives no rows`);
}
