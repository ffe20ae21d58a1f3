import { ForesyncError, messageOf } from '../../errors.ts';
import { type Session, StatementError } from './session.ts';
import { quoteName, quoteText } from './sql.ts';

/** Of a subscription to a slot that is there. `isEnabled` false: it is to be given its place first. */
export interface SubscribeOptions {
  /** Also the slot's name. */
  name: string;
  publication: string;
  /** How this server reaches the other, in libpq's words. */
  conninfo: string;
  isEnabled: boolean;
  /** `none` where changes that came from others are not to come that way. */
  origin?: 'none';
}

export async function subscribe(
  session: Session,
  { name, publication, conninfo, isEnabled, origin }: SubscribeOptions,
): Promise<void> {
  const options = [
    'create_slot = false, copy_data = false',
    `enabled = ${isEnabled}`,
    `slot_name = ${quoteText(name)}`,
    ...(origin ? [`origin = ${origin}`] : []),
  ];
  try {
    await session.rows(
      `CREATE SUBSCRIPTION ${quoteName(name)} CONNECTION ${quoteText(conninfo)} PUBLICATION ${quoteName(publication)} WITH (${options.join(', ')})`,
    );
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw subscriptionRefused(error, conninfo);
  }
}

/** Whether a subscription of this database is there, and enabled. */
export async function subscriptionState(
  session: Session,
  name: string,
): Promise<'missing' | 'disabled' | 'enabled'> {
  const [found] = await session.rows(
    'SELECT subenabled FROM pg_subscription WHERE subname = $1 AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
    [name],
  );
  if (!found) return 'missing';
  return found[0] === 't' ? 'enabled' : 'disabled';
}

/** Ends and drops a subscription, and leaves its slot to the other server. May be called again. */
export async function unsubscribe(session: Session, name: string): Promise<void> {
  if ((await subscriptionState(session, name)) === 'missing') return;
  await session.rows(`ALTER SUBSCRIPTION ${quoteName(name)} DISABLE`);
  await session.rows(`ALTER SUBSCRIPTION ${quoteName(name)} SET (slot_name = NONE)`);
  await session.rows(`DROP SUBSCRIPTION ${quoteName(name)}`);
}

function subscriptionRefused(error: StatementError, conninfo: string): ForesyncError {
  // What the server says may repeat the connection's words, and a password among them.
  const said = messageOf(error).includes(conninfo) ? '' : ` ${messageOf(error)}`;
  return new ForesyncError(
    error.kind === 'permission' ? 'permission' : 'config',
    'subscription-refused',
    `The subscription cannot be made.${said}`,
    {
      hint: '--subscription-conninfo says how one server reaches the other; to subscribe takes a superuser, or pg_create_subscription from version 16 on.',
    },
  );
}
