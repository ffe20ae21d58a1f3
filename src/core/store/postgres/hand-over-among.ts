import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName } from './capture.ts';
import { late } from './hand-over.ts';
import { readRecord, setStage } from './joining-record.ts';
import { lsnText } from './lsn.ts';
import { Session } from './session.ts';
import { quoteName } from './sql.ts';
import { subscribe, subscriptionState, unsubscribe } from './subscription.ts';

/** Makes the subscriptions to all leaders that are not there yet, disabled. Of a joiner in its place, before it is handed over. May be repeated. */
export async function subscribeToLeaders(
  url: string,
  sources: readonly { id: string; conninfo: string }[],
): Promise<void> {
  const session = await Session.open(url);
  try {
    for (const { id, conninfo } of sources) {
      const name = captureName(id);
      const state = await subscriptionState(session, name);
      // One of an earlier run may go where its operator has said otherwise since.
      if (state === 'disabled') await unsubscribe(session, name);
      if (state === 'enabled')
        throw new ForesyncError(
          'exists',
          'subscription-there',
          `A subscription ${printable(name)} is on this table already.`,
          { hint: 'DROP SUBSCRIPTION, if it is of no use any more.' },
        );
      await subscribe(session, { name, publication: name, conninfo, isEnabled: false, origin: 'none' });
    }
  } finally {
    await session.end();
  }
}

/** Where a subscription goes on; changes before `confirmedTo` are no longer to be had of its slot. */
export interface Source {
  id: string;
  from: number;
  confirmedTo: number;
}

/**
 * Gives each subscription its place and enables all of them in one transaction, which says so in the checkpoint: whichever moment a run dies at, none goes on alone. Throws
 * `hand-over-late` where a slot is past what the joiner has. May be repeated, with the same or later places.
 */
export async function switchToLeaders(
  url: string,
  id: string,
  sources: readonly Source[],
): Promise<{ subscriptions: string[] }> {
  const session = await Session.open(url);
  try {
    const record = await readRecord(session, id);
    if (record?.stage !== 'placed')
      throw new ForesyncError(
        'protocol',
        'hand-over-early',
        'The joiner was to be handed over before it was in sync.',
      );
    for (const { from, confirmedTo } of sources) if (from < confirmedTo) throw late(from, confirmedTo);
    for (const { id: source, from } of sources)
      await session.rows(
        "SELECT pg_replication_origin_advance('pg_' || oid, $2::pg_lsn) FROM pg_subscription WHERE subname = $1",
        [captureName(source), lsnText(from)],
      );
    await session.transaction('BEGIN', async () => {
      for (const { id: source } of sources)
        await session.rows(`ALTER SUBSCRIPTION ${quoteName(captureName(source))} ENABLE`);
      await setStage(session, id, 'handed');
    });
    return { subscriptions: sources.map(({ id: source }) => captureName(source)) };
  } finally {
    await session.end();
  }
}
