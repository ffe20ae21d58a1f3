import { ForesyncError, messageOf } from '../../errors.ts';
import { captureName } from './capture.ts';
import { keepOutOfLog } from './keep-out-of-log.ts';
import { inSession, type Session, StatementError } from './session.ts';
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
  await create(session, { name, publication, conninfo, options });
}

const patienceMs = 20_000;

/**
 * Has the server of `url` reach another as its subscription will: makes one to nothing, by which it connects, and rolls it back. Nothing is left at either. Throws
 * `subscription-refused`.
 */
export async function rehearseSubscription(
  url: string,
  { id, conninfo }: { id: string; conninfo: string },
): Promise<void> {
  // A name that no publication has: one that is there would have its tables looked for here, which are not in their place yet.
  const name = `${captureName(id)}_tried`;
  const options = ['create_slot = false, copy_data = false, enabled = false, slot_name = NONE'];
  await inSession(url, async (session) => {
    await session.rows(`SET statement_timeout = ${patienceMs}`);
    await session.rows('BEGIN');
    await create(session, { name, publication: name, conninfo, options });
    await session.rows('ROLLBACK');
  });
}

async function create(
  session: Session,
  {
    name,
    publication,
    conninfo,
    options,
  }: { name: string; publication: string; conninfo: string; options: readonly string[] },
): Promise<void> {
  await keepOutOfLog(session, 'session');
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
  const why = error.state === '57014' ? ` No answer came within ${patienceMs / 1000} s.` : said;
  return new ForesyncError(
    error.kind === 'permission' ? 'permission' : 'config',
    'subscription-refused',
    `The subscription cannot be made.${why}`,
    {
      hint: '--subscription-conninfo, or FORESYNC_CONNINFO, says how one server reaches the other.',
    },
  );
}
