import { ForesyncError, messageOf } from '../../errors.ts';
import { printable } from '../../text.ts';
import { captureName } from './capture.ts';
import { type ForeignOptions, foreignOptions } from './conninfo.ts';
import type { TableDefinition } from './definition.ts';
import { keepOutOfLog } from './keep-out-of-log.ts';
import { fetchSql, leadSql, missingSql, refuseWritesSql, servingNames, viewSql } from './serving-sql.ts';
import { type Session, StatementError } from './session.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';
import { alone } from './target-table.ts';

/** Refuses a server that cannot fetch rows from another one. Touches nothing. */
export async function refuseUnfitServing(session: Session): Promise<void> {
  const [isThere, mayUse] = await session.row(
    `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgres_fdw'),
      coalesce((SELECT has_foreign_data_wrapper_privilege(oid, 'USAGE') FROM pg_foreign_data_wrapper WHERE fdwname = 'postgres_fdw'), false)`,
  );
  if (isThere !== 't')
    throw new ForesyncError(
      'config',
      'serve-sql-extension',
      "The joiner's database has no postgres_fdw, which fetches rows that are not there yet.",
      { hint: 'CREATE EXTENSION postgres_fdw there, as a superuser, or leave out --serve-sql.' },
    );
  if (mayUse !== 't')
    throw new ForesyncError(
      'permission',
      'serve-sql-permission',
      "The joiner's login may not use postgres_fdw.",
      { hint: 'GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO it, or leave out --serve-sql.' },
    );
}

/** Refuses a key that the lead would not be asked for, but all its rows instead: postgres_fdw leaves to it only what both servers have from the start. */
export function refuseUnfitKey(definition: TableDefinition): void {
  const firstOwnOid = 16_384;
  const own = definition.columns.find(
    ({ name, typeOid }) => definition.key.includes(name) && typeOid >= firstOwnOid,
  );
  if (!own) return;
  throw new ForesyncError(
    'config',
    'serve-sql-key',
    `Rows cannot be fetched by ${printable(own.name)}: its type, ${printable(own.type)}, is none of PostgreSQL's own.`,
    { hint: 'Leave out --serve-sql.' },
  );
}

/** The view that answers reads for a run, where it stands. */
export async function servingView(session: Session, id: string): Promise<TableName | undefined> {
  const [found] = await session.rows(
    `SELECT n.nspname, c.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND c.relkind = 'v' AND d.deptype = 'n' LIMIT 1`,
    [qualified(servingNames(id).missing)],
  );
  return found && { schema: found[0] ?? '', name: found[1] ?? '' };
}

/**
 * Makes all that reads will go by but the view, anew, and makes sure that what is reached is the lead: the one that has the run's slot. Throws `serve-sql-unreachable`, `serve-sql-lead`.
 */
export async function prepareServing(
  session: Session,
  definition: TableDefinition,
  { id, conninfo }: { id: string; conninfo: string },
): Promise<void> {
  const { server, shown } = servingNames(id);
  const options = foreignOptions(conninfo);
  await dropServing(session, id);
  await session.transaction('BEGIN', async () => {
    await session.rows(`CREATE SEQUENCE ${qualified(shown)} MINVALUE 0 START 0`);
    await alone(session, missingSql(definition, id));
    await reaching(conninfo, options, async () => {
      await session.rows(
        `CREATE SERVER ${quoteName(server)} FOREIGN DATA WRAPPER postgres_fdw${optionsSql(options.server)}`,
      );
      await keepOutOfLog(session, 'transaction');
      await session.rows(
        `CREATE USER MAPPING FOR CURRENT_USER SERVER ${quoteName(server)}${optionsSql(options.mapping)}`,
      );
      await alone(session, leadSql(definition, id));
      await refuseOther(session, id);
      await session.rows(`SELECT FROM ${qualified(servingNames(id).lead)} LIMIT 1`);
    });
    await alone(session, fetchSql(definition, id));
  });
}

/** From here on reads are answered. */
export async function openServing(
  session: Session,
  definition: TableDefinition,
  { id, lead }: { id: string; lead: string },
): Promise<void> {
  await session.rows(`ANALYZE ${qualified(servingNames(id).missing)}`);
  await session.transaction('BEGIN', async () => {
    await alone(session, viewSql(definition, id));
    for (const statement of refuseWritesSql(definition, id, lead)) await alone(session, statement);
  });
}

/** Takes all of it away, in the caller's transaction where there is one. May be called again. */
export async function dropServing(session: Session, id: string): Promise<void> {
  const { server, missing, lead, shown, fetch, refuse } = servingNames(id);
  const view = await servingView(session, id);
  if (view) await session.rows(`DROP VIEW ${qualified(view)}`);
  for (const name of [fetch, refuse]) {
    const [there] = await session.rows(
      'SELECT FROM pg_proc WHERE pronamespace = to_regnamespace($1) AND proname = $2',
      [name.schema, name.name],
    );
    if (there) await session.rows(`DROP FUNCTION ${qualified(name)}`);
  }
  if ((await session.row("SELECT to_regnamespace('foresync') IS NOT NULL"))[0] === 't')
    await session.rows(
      `DROP FOREIGN TABLE IF EXISTS ${qualified(lead)}; DROP TABLE IF EXISTS ${qualified(missing)}; DROP SEQUENCE IF EXISTS ${qualified(shown)}`,
    );
  const [known] = await session.rows('SELECT FROM pg_foreign_server WHERE srvname = $1', [server]);
  if (known) await session.rows(`DROP SERVER ${quoteName(server)} CASCADE`);
}

/** Who was let read the view, besides its owner, is let read the table that takes its place. Gives the statement to be run when it has; undefined where nobody was. */
export async function grantsOfView(session: Session, id: string): Promise<string | undefined> {
  const view = await servingView(session, id);
  if (!view) return undefined;
  const grantees = await session.rows(
    `SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = $1::regclass AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner`,
    [qualified(view)],
  );
  const names = grantees.map(([name]) => name);
  return names.length > 0 ? `GRANT SELECT ON ${qualified(view)} TO ${names.join(', ')}` : undefined;
}

async function refuseOther(session: Session, id: string): Promise<void> {
  const { server } = servingNames(id);
  const slots = qualified({ schema: 'foresync', name: `slots_${id}` });
  await session.rows(
    `CREATE FOREIGN TABLE ${slots} (slot_name text) SERVER ${quoteName(server)} OPTIONS (schema_name 'pg_catalog', table_name 'pg_replication_slots')`,
  );
  const found = await session.rows(`SELECT slot_name FROM ${slots}`);
  await session.rows(`DROP FOREIGN TABLE ${slots}`);
  if (found.some(([name]) => name === captureName(id))) return;
  throw new ForesyncError(
    'config',
    'serve-sql-lead',
    '--subscription-conninfo leads to another server than the lead: the slot of this run is not there.',
  );
}

function optionsSql(options: ReadonlyMap<string, string>): string {
  const list = [...options].map(([name, value]) => `${quoteName(name)} ${quoteText(value)}`);
  return list.length > 0 ? ` OPTIONS (${list.join(', ')})` : '';
}

async function reaching(
  conninfo: string,
  { mapping }: ForeignOptions,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const words = [conninfo, mapping.get('password'), mapping.get('sslpassword')].filter((one) => one);
    const said = messageOf(error);
    throw new ForesyncError(
      error.kind === 'permission' ? 'permission' : 'config',
      'serve-sql-unreachable',
      `The joiner's server cannot read the table at the lead's.${words.some((one) => said.includes(one as string)) ? '' : ` ${said}`}`,
      {
        hint: "--subscription-conninfo says how the joiner's server reaches the lead's; a login that is no superuser must give a password there.",
        cause: error,
      },
    );
  }
}
