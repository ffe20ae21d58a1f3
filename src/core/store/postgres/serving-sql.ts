import { keyColumns, type TableDefinition } from './definition.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';
import { columnList } from './table-sql.ts';
import { buildingNames } from './target-table.ts';

/** What stands at the joiner's server while it answers reads of a table that is being copied. The view goes by the table's own name. */
export function servingNames(id: string) {
  const inOwn = (kind: string) => ({ schema: 'foresync', name: `${kind}_${id}` });
  return {
    server: `foresync_${id}`,
    missing: inOwn('missing'),
    lead: inOwn('lead'),
    shown: inOwn('shown'),
    fetch: inOwn('fetch'),
    refuse: inOwn('refuse'),
  };
}

/** Of a session or transaction, until its end: shared by those that have fetched a row from the lead, alone for who takes over rows. */
export function fetchLock(id: string): string {
  return `pg_catalog.hashtextextended(${quoteText(`foresync fetches ${id}`)}, 0)`;
}

/** How many rows a transaction may have fetched one by one. */
const mostFetches = 1000;

/** Keys of rows that are not here yet. */
export function missingSql(definition: TableDefinition, id: string): string {
  const columns = keyColumns(definition).map(
    ({ name, type, collation }) => `${quoteName(name)} ${type}${collation ? ` COLLATE ${collation}` : ''}`,
  );
  return `CREATE TABLE ${qualified(servingNames(id).missing)} (${columns.join(', ')}, PRIMARY KEY (${columnList(keyColumns(definition))}))`;
}

/** The lead's table as a foreign one. Texts have no collation of their own there, or comparing a key would be thought to mean something else than here, and not be left to the lead. */
export function leadSql(definition: TableDefinition, id: string): string {
  const { server, lead } = servingNames(id);
  const columns = definition.columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
  return `CREATE FOREIGN TABLE ${qualified(lead)} (${columns.join(', ')}) SERVER ${quoteName(server)}
    OPTIONS (schema_name ${quoteText(definition.schema)}, table_name ${quoteText(definition.name)})`;
}

/**
 * Gives a missing row. It looks with a snapshot of its own, taken when nobody takes over rows, whether the row is still missing: whoever asks may have waited for that. A transaction
 * that sees all of it as of earlier cannot be given what is here now, nor what the lead has now.
 */
export function fetchSql(definition: TableDefinition, id: string): string {
  const { missing, lead, shown, fetch } = servingNames(id);
  const target = qualified(buildingNames(definition, id).table);
  const key = keyColumns(definition);
  const at = (alias: string, isForeign = false) =>
    key
      .map(({ name, collation }, place) => {
        const asked = isForeign && collation ? `$${place + 1} COLLATE pg_catalog."default"` : `$${place + 1}`;
        return `${alias}.${quoteName(name)} = ${asked}`;
      })
      .join(' AND ');
  const columns = (alias: string) => columnList(definition.columns, `${alias}.`);
  const body = `DECLARE foresync_asked int8;
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${fetchLock(id)});
      IF NOT pg_visible_in_snapshot((SELECT s.last_value::text::xid8 FROM ${qualified(shown)} s), pg_current_snapshot()) THEN
        RAISE EXCEPTION 'could not serialize access to %, which foresync is copying', ${quoteText(qualified(definition))}
          USING ERRCODE = 'serialization_failure', HINT = 'The transaction might succeed if retried; in READ COMMITTED there is no need to.';
      END IF;
      IF NOT EXISTS (SELECT FROM ${qualified(missing)} m WHERE ${at('m')}) THEN
        RETURN QUERY SELECT ${columns('l')} FROM ${target} l WHERE ${at('l')};
        RETURN;
      END IF;
      foresync_asked := coalesce(nullif(current_setting('foresync.fetched', true), ''), '0')::int8 + 1;
      IF foresync_asked > ${mostFetches} THEN
        RAISE EXCEPTION 'more than ${mostFetches} rows of % were to be fetched one by one', ${quoteText(qualified(definition))}
          USING ERRCODE = 'program_limit_exceeded', HINT = 'The table is being copied by foresync: until it is in sync, read it here by its key, or read at the lead.';
      END IF;
      PERFORM set_config('foresync.fetched', foresync_asked::text, true);
      RETURN QUERY SELECT ${columns('f')} FROM ${qualified(lead)} f WHERE ${at('f', true)};
    END`;
  return `CREATE FUNCTION ${qualified(fetch)} (${key.map(({ type }) => type).join(', ')}) RETURNS SETOF ${target}
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog ROWS 1 COST 1000000 AS ${quoteText(body)}`;
}

/** A key is that of a row which is here, or that of a missing one: no row is in both. Nothing foreign is in the plan of who reads it, for a scan that is never executed connects to the lead all the same. */
export function viewSql(definition: TableDefinition, id: string): string {
  const { missing, fetch } = servingNames(id);
  const { columns } = definition;
  const key = keyColumns(definition);
  const given = columns.map(({ name }) => `${definition.key.includes(name) ? 'm' : 'f'}.${quoteName(name)}`);
  return `CREATE VIEW ${qualified(definition)} (${columnList(columns)}) AS
    SELECT ${columnList(columns, 'l.')} FROM ${qualified(buildingNames(definition, id).table)} l
    UNION ALL SELECT ${given.join(', ')} FROM ${qualified(missing)} m CROSS JOIN LATERAL ${qualified(fetch)}(${columnList(key, 'm.')}) f`;
}

/** Statements that have writes to the view refused. They are refused before any row is looked for; triggers for rows are what the server asks for before it lets a view be written to. */
export function refuseWritesSql(table: TableName, id: string, lead: string): string[] {
  const refuse = qualified(servingNames(id).refuse);
  const view = qualified(table);
  const body = `BEGIN
      RAISE EXCEPTION 'cannot execute % on %: it is being copied by foresync', TG_OP, ${quoteText(view)}
        USING ERRCODE = 'read_only_sql_transaction', HINT = ${quoteText(`Write at the lead, ${lead}, until the replica is in sync.`)};
    END`;
  return [
    `CREATE FUNCTION ${refuse} () RETURNS trigger LANGUAGE plpgsql AS ${quoteText(body)}`,
    `CREATE TRIGGER foresync_refuse BEFORE INSERT OR UPDATE OR DELETE ON ${view} FOR EACH STATEMENT EXECUTE FUNCTION ${refuse}()`,
    `CREATE TRIGGER foresync_refuse_row INSTEAD OF INSERT OR UPDATE OR DELETE ON ${view} FOR EACH ROW EXECUTE FUNCTION ${refuse}()`,
    `COMMENT ON VIEW ${view} IS 'A table that foresync is copying: rows that are not here yet are fetched from the lead.'`,
  ];
}
