import { ForesyncError } from '../../errors.ts';
import { captureName, refuseServer } from './capture.ts';
import type { TableDefinition } from './definition.ts';
import { dropSubscription } from './hand-over.ts';
import { checkOrder } from './hold-joiner.ts';
import type { JoinerHold } from './joiner-hold.ts';
import { type JoinerLack, lackingRights } from './joiner-rights.ts';
import { dropRecord, type JoiningRecord, readRecord } from './joining-record.ts';
import { dropOrigin, endLeading } from './leading.ts';
import { Session } from './session.ts';
import { qualified, type TableName } from './sql.ts';
import { dropServing, refuseUnfitServing, servingView } from './sql-serving.ts';
import { unsubscribe } from './subscription.ts';
import { buildingNames, rehearse } from './target-table.ts';

/** What stands at the joiner's server for a run's id. */
export interface JoinerLook {
  /** One that is none of this run's. */
  hasTable: boolean;
  /** The view that answers reads for this run. */
  isServed: boolean;
  record: JoiningRecord | undefined;
  systemId: string;
  lacks: JoinerLack[];
  /** A subscription of this run's replicates to the table. */
  isSubscribed: boolean;
  /** One that does, this run's first. */
  subscription: string | undefined;
}

/** Touches nothing. */
export async function lookAtJoiner(url: string, id: string, table: TableName): Promise<JoinerLook> {
  const session = await Session.open(url);
  try {
    const [version, encoding, inRecovery] = await session.row(
      `SELECT current_setting('server_version_num'), current_setting('server_encoding'), pg_is_in_recovery()`,
    );
    refuseServer(version, encoding);
    if (inRecovery === 't')
      throw new ForesyncError(
        'config',
        'joiner-is-standby',
        "The joiner's server is a standby, which takes no rows.",
      );
    const [there] = await session.row('SELECT to_regclass($1) IS NOT NULL', [qualified(table)]);
    const [systemId] = await session.row('SELECT system_identifier FROM pg_control_system()');
    const isServed = (await servingView(session, id)) !== undefined;
    const own = captureName(id);
    const subscriptions = await session.rows(
      `SELECT subname FROM pg_subscription s
        WHERE subenabled AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (subname = $1 OR EXISTS (SELECT FROM pg_subscription_rel WHERE srsubid = s.oid AND srrelid = to_regclass($2)))
        ORDER BY subname <> $1, subname`,
      [own, qualified(table)],
    );
    const subscription = subscriptions[0]?.[0] ?? undefined;
    const isSubscribed = subscription === own;
    const record = await readRecord(session, id);
    return {
      ...{ hasTable: there === 't' && !isServed, isServed, record, systemId: systemId ?? '' },
      ...{ isSubscribed, subscription, lacks: await lackingRights(session, table.schema) },
    };
  } finally {
    await session.end();
  }
}

/** Tries whether a joiner's table can be made, and takes it back. Throws what `open` would refuse it with. */
export async function rehearseJoiner(
  url: string,
  table: { id: string; definition: TableDefinition; keyOrder: string },
): Promise<void> {
  const session = await Session.open(url);
  try {
    await rehearse(session, table.definition, table.id, (id) => checkOrder(session, { ...table, id }));
  } finally {
    await session.end();
  }
}

/** Throws what a joiner that is to answer reads would be refused with. */
export async function rehearseServing(url: string): Promise<void> {
  const session = await Session.open(url);
  try {
    await refuseUnfitServing(session);
  } finally {
    await session.end();
  }
}

/** Takes away the half-built table and all that was kept for it. A table in its place stays. Nothing of this process may have the joiner open. May be called again. */
export async function discardJoiner(
  hold: JoinerHold,
  table: TableName,
): Promise<{ existed: boolean; placed: boolean }> {
  const { id, owner: session } = hold;
  await hold.alone();
  const record = await readRecord(session, id);
  await dropSubscription(session, id);
  if (record) await stopLeading(session, id);
  await dropServing(session, id);
  const placed = record?.stage === 'placed' || record?.stage === 'handed';
  const building = qualified(buildingNames(record?.definition ?? table, id).table);
  const [there] = await session.row('SELECT to_regclass($1) IS NOT NULL', [building]);
  if (there === 't') await session.rows(`DROP TABLE IF EXISTS ${building}`);
  await dropRecord(session, id);
  return { existed: record !== undefined || there === 't', placed };
}

/** What a joiner of a group with several leaders has until its run is over: its subscriptions, and what others subscribe to. */
async function stopLeading(session: Session, id: string): Promise<void> {
  await dropOrigin(session, id);
  const name = captureName(id);
  const [leads] = await session.row('SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1)', [name]);
  if (leads !== 't') return;
  const rows = await session.rows(
    `SELECT subname FROM pg_subscription WHERE (subname = $1 OR starts_with(subname, $1 || '_')) AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [name],
  );
  for (const [subscription] of rows) if (subscription) await unsubscribe(session, subscription);
  await endLeading(session, id);
}
