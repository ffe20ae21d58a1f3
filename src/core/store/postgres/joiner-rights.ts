import type { Session } from './session.ts';

/**
 * What a joiner's login is not let do: to make a schema in the database, a table in its schema, a subscription, to give one its place, and to apply under an origin of its own, as one
 * of several leaders does.
 */
export const joinerLacks = [
  'database-create',
  'schema-create',
  'subscribe',
  'advance-origin',
  'apply-as-origin',
] as const;
export type JoinerLack = (typeof joinerLacks)[number];

/** A schema that is not there is no lack of rights. */
export async function lackingRights(session: Session, schema: string): Promise<JoinerLack[]> {
  const row = await session.row(
    `SELECT has_database_privilege(current_database(), 'CREATE'),
      coalesce((SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = $1), true),
      (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        OR coalesce((SELECT pg_has_role(r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = 'pg_create_subscription'), false),
      ${mayCall('advance')},
      ${mayCall('create')} AND ${mayCall('drop')} AND ${mayCall('session_setup')}`,
    [schema],
  );
  return joinerLacks.filter((_, place) => row[place] !== 't');
}

/** Of the functions on replication origins, which are given to nobody by themselves, nor come with pg_create_subscription. */
function mayCall(what: string): string {
  return `(SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'pg_replication_origin_${what}' AND pronamespace = 'pg_catalog'::regnamespace)`;
}
