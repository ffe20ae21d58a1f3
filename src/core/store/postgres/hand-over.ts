import { ForesyncError, messageOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName } from './capture.ts';
import { dropRecord, readRecord, setStage } from './joining-record.ts';
import { lsnText } from './lsn.ts';
import { Session, StatementError } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

export interface HandOverOptions {
  id: string;
  /** How the joiner's server reaches the donor's, in libpq's words. */
  conninfo: string;
  /** Changes before it are no longer to be had of the slot. */
  confirmedTo: number;
}

/**
 * Makes the subscription that goes on with the slot just where the last applied transaction ends. Each step may be the last of a process: called again, it
 * goes on from there. Throws `hand-over-late` where the slot is past what was applied: the changes between would be lost, and nothing would tell.
 */
export async function handOver(
  url: string,
  { id, conninfo, confirmedTo }: HandOverOptions,
): Promise<{ subscription: string; from: number }> {
  const session = await Session.open(url);
  const name = captureName(id);
  try {
    const record = await readRecord(session, id);
    if (!record || (record.stage !== 'placed' && record.stage !== 'handed'))
      throw new ForesyncError(
        'protocol',
        'hand-over-early',
        'The joiner was to be handed over before it was in sync.',
      );
    const from = record.spooledTo;
    const [enabled] = await session.rows(
      'SELECT subenabled FROM pg_subscription WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
      [name],
    );
    if (enabled?.[0] === 't') {
      await setStage(session, id, 'handed');
      return { subscription: name, from };
    }
    if (from < confirmedTo) throw late(from, confirmedTo);
    if (!enabled) await create(session, name, conninfo);
    await session.rows(
      "SELECT pg_replication_origin_advance('pg_' || oid, $2::pg_lsn) FROM pg_subscription WHERE subname = $1",
      [name, lsnText(from)],
    );
    await session.rows(`ALTER SUBSCRIPTION ${quoteName(name)} ENABLE`);
    await setStage(session, id, 'handed');
    return { subscription: name, from };
  } finally {
    await session.end();
  }
}

async function create(session: Session, name: string, conninfo: string): Promise<void> {
  try {
    await session.rows(
      `CREATE SUBSCRIPTION ${quoteName(name)} CONNECTION ${quoteText(conninfo)} PUBLICATION ${quoteName(name)}
        WITH (create_slot = false, copy_data = false, enabled = false, slot_name = ${quoteText(name)})`,
    );
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    // What the server says may repeat the connection's words, and a password among them.
    const said = messageOf(error).includes(conninfo) ? '' : ` ${messageOf(error)}`;
    throw new ForesyncError(
      error.kind === 'permission' ? 'permission' : 'config',
      'subscription-refused',
      `The subscription cannot be made.${said}`,
      {
        hint: "--subscription-conninfo says how the joiner's server reaches the donor's; to subscribe takes a superuser, or pg_create_subscription from version 16 on.",
      },
    );
  }
}

/** What the run has left at the joiner beside the table and its subscription. */
export async function forgetJoining(url: string, id: string): Promise<void> {
  const session = await Session.open(url);
  try {
    await dropRecord(session, id);
  } finally {
    await session.end();
  }
}

/** Drops a subscription that was never enabled, and leaves its slot to the donor. May be called again. */
export async function dropSubscription(session: Session, id: string): Promise<void> {
  const name = captureName(id);
  const [found] = await session.rows('SELECT subenabled FROM pg_subscription WHERE subname = $1', [name]);
  if (!found || found[0] === 't') return;
  await session.rows(`ALTER SUBSCRIPTION ${quoteName(name)} SET (slot_name = NONE)`);
  await session.rows(`DROP SUBSCRIPTION ${quoteName(name)}`);
}

function late(from: number, confirmedTo: number): ForesyncError {
  return new ForesyncError(
    'verification',
    'hand-over-late',
    `The slot has passed ${printable(lsnText(from))}, up to where the joiner has all changes: it stands at ${lsnText(confirmedTo)}.`,
    { hint: 'Somebody else has read it. --restart begins anew.' },
  );
}
