import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName, refuseServer } from './capture.ts';
import { lsnOf } from './lsn.ts';
import type { Session } from './session.ts';
import { qualified, type TableName } from './sql.ts';

/** A subscription that brings changes of the table to a server. */
export interface Feed {
  name: string;
  /** What stands for the other server in the WAL here. */
  origin: string;
  /** At the other server. */
  slot: string;
  isEnabled: boolean;
  /** It takes what was committed first at the other server, and nothing else. */
  isOwnOnly: boolean;
  /** No table of it is being copied any more. */
  isReady: boolean;
  /** Up to where its changes were committed here, in the other server's WAL; 0 where nothing is known. */
  appliedTo: number;
}

/** The subscriptions that a server has for a table or its partitions. */
export async function feedsOf(session: Session, table: TableName): Promise<Feed[]> {
  const rows = await session.rows(
    `SELECT s.subname, 'pg_' || s.oid, s.subslotname, s.subenabled, s.suborigin = 'none', bool_and(r.srsubstate = 'r'),
        (SELECT o.remote_lsn FROM pg_replication_origin_status o WHERE o.external_id = 'pg_' || s.oid)
      FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid
      WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.subslotname IS NOT NULL
        AND (r.srrelid = to_regclass($1) OR r.srrelid IN (SELECT relid FROM pg_partition_tree(to_regclass($1))))
      GROUP BY s.oid, s.subname, s.subslotname, s.subenabled, s.suborigin ORDER BY s.subname`,
    [qualified(table)],
  );
  return rows.map(([name, origin, slot, enabled, none, ready, at]) => ({
    ...{ name: name ?? '', origin: origin ?? '', slot: slot ?? '' },
    ...{ isEnabled: enabled === 't', isOwnOnly: none === 't', isReady: ready === 't' },
    appliedTo: at == null ? 0 : lsnOf(at),
  }));
}

/** Where slots of these names stand; those that are not there are left out. */
export async function slotsNamed(
  session: Session,
  names: readonly string[],
): Promise<{ name: string; confirmedTo: number }[]> {
  const rows = await session.rows(
    `SELECT slot_name, confirmed_flush_lsn FROM pg_replication_slots
      WHERE slot_type = 'logical' AND database = current_database() AND confirmed_flush_lsn IS NOT NULL AND slot_name IN (SELECT json_array_elements_text($1::json))`,
    [JSON.stringify(names)],
  );
  return rows.map(([name, at]) => ({ name: name ?? '', confirmedTo: lsnOf(at ?? '0/0') }));
}

/** What a server must be and have that others of the group subscribe to and which subscribes to them; `slots`: how many it must have to spare. Throws by name. */
export async function refuseUnfitLeader(session: Session, id: string, slots: number): Promise<void> {
  const [version, encoding, level, free] = await session.row(
    `SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('wal_level'),
        current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1 AND NOT starts_with(slot_name, $1 || '_'))`,
    [captureName(id)],
  );
  refuseServer(version, encoding);
  const refuse = (code: string, what: string, hint: string): never => {
    throw new ForesyncError('config', code, what, { hint });
  };
  if (Number(version) < 160_000)
    refuse(
      'leader-old',
      'A group with several leaders needs PostgreSQL 16 or newer at each.',
      'Older subscriptions pass on what came from others, so changes would go round for ever.',
    );
  if (level !== 'logical')
    refuse(
      'wal-level',
      `wal_level is ${printable(level ?? '')}, and other leaders are to subscribe to it.`,
      "Set wal_level = 'logical' in postgresql.conf and restart the server.",
    );
  if (Number(free) < slots)
    refuse(
      'no-free-slot',
      `Of its replication slots ${free} are free, and ${slots} are needed.`,
      'Raise max_replication_slots and restart, or drop one that nobody reads.',
    );
  const [maySubscribe] = await session.row(
    "SELECT pg_has_role(current_user, 'pg_create_subscription', 'USAGE')",
  );
  if (maySubscribe !== 't')
    throw new ForesyncError('permission', 'no-subscribe', 'The login may not subscribe.', {
      hint: 'GRANT pg_create_subscription to it, as a superuser.',
    });
}
