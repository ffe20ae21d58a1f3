import { captureName } from './capture.ts';
import { type Session, StatementError } from './session.ts';
import { qualified, quoteName, type TableName } from './sql.ts';

/** From now on what the session commits is not what was written at this server: subscriptions with `origin = none` leave it out. */
export async function applyAsOrigin(session: Session, id: string): Promise<void> {
  const name = captureName(id);
  await session.rows(
    'SELECT pg_replication_origin_create($1) WHERE NOT EXISTS (SELECT FROM pg_replication_origin WHERE roname = $1)',
    [name],
  );
  await whenFree(session, () => session.rows('SELECT pg_replication_origin_session_setup($1)', [name]));
}

/**
 * Publishes the table that is built, and makes a slot for each leader, before anybody can write to it. Slots of an earlier try are made anew: they stand before what was
 * applied since.
 */
export async function beginLeading(
  session: Session,
  { id, slots, table }: { id: string; slots: readonly string[]; table: TableName },
): Promise<void> {
  await endLeading(session, id);
  await session.rows(
    `CREATE PUBLICATION ${quoteName(captureName(id))} FOR TABLE ONLY ${qualified(table)} WITH (publish_via_partition_root = true)`,
  );
  for (const slot of slots)
    await session.rows("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [captureName(slot)]);
}

/** Takes back what a joiner has as a leader: publication, slots, the origin of what was applied. May be called again. */
export async function endLeading(session: Session, id: string): Promise<void> {
  const name = captureName(id);
  const of = "database = current_database() AND (slot_name = $1 OR starts_with(slot_name, $1 || '_'))";
  await session.rows(
    `SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE active_pid IS NOT NULL AND ${of}`,
    [name],
  );
  await whenFree(session, () =>
    session.rows(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE ${of}`, [name]),
  );
  await session.rows(`DROP PUBLICATION IF EXISTS ${quoteName(name)}`);
}

/** Forgets the origin that a run has applied as. May be called again. */
export async function dropOrigin(session: Session, id: string): Promise<void> {
  const name = captureName(id);
  // Not in one statement: it would take the right to call it also where there is nothing to drop.
  const found = await session.rows('SELECT FROM pg_replication_origin WHERE roname = $1', [name]);
  if (found.length === 0) return;
  await whenFree(session, () => session.rows('SELECT pg_replication_origin_drop($1)', [name]));
}

/** A connection that has ended may hold its origin, or its slot, for a moment longer. */
async function whenFree(session: Session, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++)
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StatementError) || error.state !== '55006' || tries === 50) throw error;
      await session.rows('SELECT pg_sleep(0.1)');
    }
}
