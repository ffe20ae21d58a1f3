import type { Session } from './session.ts';

/** What a joiner's login is not let do: to make a schema in the database, a table in its schema, a subscription. */
export const joinerLacks = ['database-create', 'schema-create', 'subscribe'] as const;
export type JoinerLack = (typeof joinerLacks)[number];

/** A schema that is not there is no lack of rights. */
export async function lackingRights(session: Session, schema: string): Promise<JoinerLack[]> {
  const row = await session.row(
    `SELECT has_database_privilege(current_database(), 'CREATE'),
      coalesce((SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = $1), true),
      (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        OR coalesce((SELECT pg_has_role(r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = 'pg_create_subscription'), false)`,
    [schema],
  );
  return joinerLacks.filter((_, place) => row[place] !== 't');
}
