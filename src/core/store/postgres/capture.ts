import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { lsnOf } from './lsn.ts';
import { type Session, StatementError } from './session.ts';
import { commentPurpose, readPurpose, type SlotPurpose } from './slot-purpose.ts';
import { qualified, quoteName, type TableName } from './sql.ts';

/** A slot as the donor has it. */
export interface SlotLook {
  /** Changes before it are no longer to be had. */
  confirmedTo: number;
  /** A walsender of somebody's reads it just now. */
  isActive: boolean;
  /** What it needs of the WAL is gone: max_slot_wal_keep_size was less than that. */
  isLost: boolean;
  /** How much WAL the donor keeps for it. */
  retainedBytes: number;
}

/** Publication and slot have the same name; it tells them apart from all that is not foresync's. */
export function captureName(id: string): string {
  if (!/^[a-z0-9_]{1,40}$/.test(id)) throw new RangeError('that is no id of a capture');
  return `foresync_${id}`;
}

/**
 * Publishes the table, and only then makes the slot: decoding would look for a publication that was not there yet at the slot's
 * beginning, and fail. Waits until all transactions that write just now are over. Tells the slot's position. A slot that is there is refused.
 */
export async function startCapture(
  session: Session,
  id: string,
  { table, purpose }: { table: TableName; purpose: SlotPurpose },
): Promise<number> {
  const name = captureName(id);
  try {
    await inCapture(session, id, async () => {
      await publish(session, name, table);
      await commentPurpose(session, name, purpose);
    });
    const [lsn] = await session.row("SELECT lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')", [
      name,
    ]);
    return lsnOf(lsn ?? '');
  } catch (error) {
    throw captureRefused(error, table);
  }
}

async function publish(session: Session, name: string, table: TableName): Promise<void> {
  await session.rows(`DROP PUBLICATION IF EXISTS ${quoteName(name)}`);
  await session.rows(
    `CREATE PUBLICATION ${quoteName(name)} FOR TABLE ONLY ${qualified(table)} WITH (publish_via_partition_root = true)`,
  );
}

export async function lookAtSlot(session: Session, id: string): Promise<SlotLook | undefined> {
  const [found] = await session.rows(
    `SELECT confirmed_flush_lsn, active_pid IS NOT NULL, wal_status = 'lost',
        pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::int8,
        (SELECT count(*) FROM pg_publication WHERE pubname = slot_name)
      FROM pg_replication_slots WHERE slot_name = $1 AND slot_type = 'logical' AND database = current_database()`,
    [captureName(id)],
  );
  if (!found) return undefined;
  const [confirmed, active, lost, retained, publications] = found;
  return {
    confirmedTo: lsnOf(confirmed ?? '0/0'),
    isActive: active === 't',
    isLost: lost === 't' || publications === '0',
    retainedBytes: Number(retained ?? 0),
  };
}

/**
 * Takes both away; what is not there is no error. A walsender that still reads the slot is ended first. With `hold`: only what was made under that hold of the joiner, and is for no
 * subscription.
 */
export async function dropCapture(session: Session, id: string, hold?: string): Promise<void> {
  const name = captureName(id);
  await inCapture(session, id, async () => {
    if (hold !== undefined) {
      const purpose = (await readPurpose(session, name))?.purpose;
      if (purpose?.hold !== hold || purpose.use === 'subscription') return;
    }
    await session.rows(
      'SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL',
      [name],
    );
    await session.rows(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
      [name],
    );
    await session.rows(`DROP PUBLICATION IF EXISTS ${quoteName(name)}`);
  });
}

/** Takes a publication away whose slot was not made; one of another hold stays. */
export async function dropPublication(session: Session, id: string, hold: string | undefined): Promise<void> {
  const name = captureName(id);
  await inCapture(session, id, async () => {
    if ((await readPurpose(session, name))?.purpose?.hold !== hold) return;
    await session.rows(`DROP PUBLICATION IF EXISTS ${quoteName(name)}`);
  });
}

/** In a transaction beside which nobody else makes, notes or drops the publication of a capture: who looks at it may go by that. */
export async function inCapture<T>(session: Session, id: string, work: () => Promise<T>): Promise<T> {
  return session.transaction('BEGIN', async () => {
    await session.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [captureName(id)]);
    return work();
  });
}

/**
 * The transactions that a snapshot of now does not see, and which may write: `xmin:xmax:…`. A commit that waits for a standby is in the WAL, and
 * may lie before the slot's position, while nobody sees it yet. So rows are read only when all that were under way here are seen.
 */
export async function underWay(session: Session): Promise<{ below: string }> {
  // A snapshot's xmax lies behind the last transaction that is over, and may be the number of one that is not: a number of our own is behind all.
  const [below] = await session.row('SELECT pg_current_xact_id()');
  return { below: below ?? '' };
}

/** Whether all transactions with an xid below are over, for everybody to see. */
export async function isOver(session: Session, below: string): Promise<boolean> {
  const [over] = await session.row('SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8', [below]);
  return over === 't';
}

/** What a server must be and have before its changes can be captured; the slot of `id` may be there. Throws by name, with what to do. */
export async function refuseUnfitDonor(session: Session, id: string): Promise<void> {
  const [level, slots, senders, inRecovery, canReplicate, encoding, version] = await session.row(
    `SELECT current_setting('wal_level'),
        current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1),
        current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication WHERE pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL)),
        pg_is_in_recovery(),
        (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user),
        current_setting('server_encoding'), current_setting('server_version_num')`,
    [captureName(id)],
  );
  refuseServer(version, encoding);
  if (inRecovery === 't')
    throw unfit(
      'donor-is-standby',
      'The lead is a standby',
      'Name the primary as lead: only there the table can be published.',
    );
  if (level !== 'logical')
    throw unfit(
      'wal-level',
      `wal_level is ${printable(level ?? '')}`,
      "Set wal_level = 'logical' in postgresql.conf and restart the server.",
    );
  if (Number(slots) < 1)
    throw unfit(
      'no-free-slot',
      'All replication slots are taken',
      'Raise max_replication_slots and restart, or drop one that nobody reads.',
    );
  if (Number(senders) < 1)
    throw unfit(
      'no-free-walsender',
      'All walsenders are taken',
      'Raise max_wal_senders and restart the server.',
    );
  if (canReplicate !== 't')
    throw new ForesyncError('permission', 'no-replication', 'The login may not replicate.', {
      hint: 'ALTER ROLE … REPLICATION, as a superuser.',
    });
}

/** The least version is the first that hashes rows. */
export function refuseServer(version: string | null | undefined, encoding: string | null | undefined): void {
  if (Number(version) < 140_000)
    throw unfit(
      'server-old',
      `The server is version ${printable(version ?? '')}`,
      'foresync needs PostgreSQL 14 or newer.',
    );
  if (encoding !== 'UTF8')
    throw unfit(
      'server-encoding',
      `The database is in ${printable(encoding ?? '')}`,
      'foresync replicates databases in UTF8.',
    );
}

function unfit(code: string, what: string, hint: string): ForesyncError {
  return new ForesyncError('config', code, `${what}.`, { hint });
}

function captureRefused(error: unknown, table: TableName): unknown {
  if (!(error instanceof StatementError) || error.kind !== 'permission') return error;
  return new ForesyncError(
    'permission',
    'capture-refused',
    `${printable(qualified(table))} cannot be published: ${error.message}`,
    {
      hint: 'The login must own the table, have CREATE on the database, and REPLICATION.',
      cause: error,
    },
  );
}
