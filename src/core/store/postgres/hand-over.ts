import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName } from './capture.ts';
import { dropRecord, readRecord, setStage } from './joining-record.ts';
import { dropOrigin } from './leading.ts';
import { lsnText } from './lsn.ts';
import { Session } from './session.ts';
import { quoteName } from './sql.ts';
import { subscribe, subscriptionState, unsubscribe } from './subscription.ts';

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
    if (!enabled) await subscribe(session, { name, publication: name, conninfo, isEnabled: false });
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

/** What the run has left at the joiner beside the table and its subscription. */
export async function forgetJoining(url: string, id: string): Promise<void> {
  const session = await Session.open(url);
  try {
    await dropOrigin(session, id);
    await dropRecord(session, id);
  } finally {
    await session.end();
  }
}

/** Drops a subscription that was never enabled, and leaves its slot to the donor. May be called again. */
export async function dropSubscription(session: Session, id: string): Promise<void> {
  const name = captureName(id);
  if ((await subscriptionState(session, name)) === 'disabled') await unsubscribe(session, name);
}

export function late(from: number, confirmedTo: number): ForesyncError {
  return new ForesyncError(
    'verification',
    'hand-over-late',
    `The slot has passed ${printable(lsnText(from))}, up to where the joiner has all changes: it stands at ${lsnText(confirmedTo)}.`,
    { hint: 'Somebody else has read it. --restart begins anew.' },
  );
}
