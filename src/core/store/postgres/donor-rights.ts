import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { Session, StatementError } from './session.ts';
import { qualified, quoteName, type TableName } from './sql.ts';

/** What a login must be let do before a table's changes can be captured. Throws `permission` by name, with what to do. */
export async function refuseMissingRights(session: Session, table: TableName, oid: string): Promise<void> {
  const [isOwner, owner, mayCreate, database, mayRead] = await session.row(
    `SELECT pg_has_role(c.relowner, 'USAGE'), pg_get_userbyid(c.relowner), has_database_privilege(current_database(), 'CREATE'), current_database(),
      has_table_privilege(c.oid, 'SELECT') FROM pg_class c WHERE c.oid = $1::oid`,
    [oid],
  );
  const name = printable(qualified(table));
  if (mayRead !== 't')
    throw new ForesyncError('permission', 'table-denied', `The login may not read ${name}.`, {
      hint: `GRANT SELECT ON ${name} to it, as its owner.`,
    });
  if (isOwner !== 't')
    throw new ForesyncError(
      'permission',
      'capture-refused',
      `${name} cannot be published: it belongs to ${printable(owner ?? '')}.`,
      {
        hint: `Only its owner may publish a table: GRANT ${printable(quoteName(owner ?? ' '))} to the login, or name its owner in the store.`,
      },
    );
  if (mayCreate !== 't')
    throw new ForesyncError(
      'permission',
      'capture-refused',
      `The login may not make a publication in ${printable(database ?? '')}.`,
      { hint: `GRANT CREATE ON DATABASE ${printable(quoteName(database ?? ' '))} to it.` },
    );
}

/** What the server says of a schema or of rows that the login may not look into, with what to do. */
export function tableDenied(error: unknown, table: TableName): unknown {
  if (!(error instanceof StatementError) || error.kind !== 'permission') return error;
  return new ForesyncError('permission', 'table-denied', error.message, {
    hint: `The login must be let look into all rows: USAGE on ${printable(quoteName(table.schema))}, SELECT on the table, and BYPASSRLS where it has row security.`,
    cause: error,
  });
}

/** Where a pooler stands before a server, or a rule of its own, nobody can read a stream of changes. Throws `replication-refused`. */
export async function refuseWithoutStreams(url: string): Promise<void> {
  try {
    const session = await Session.open(url, { replication: true });
    await session.end();
  } catch (error) {
    if (!(error instanceof ForesyncError) || error.code === 'store-login') throw error;
    throw new ForesyncError(
      'config',
      'replication-refused',
      `The server takes no connection for replication: ${error.message}`,
      { hint: 'Name the server itself in the store, and no pooler such as PgBouncer.', cause: error },
    );
  }
}
