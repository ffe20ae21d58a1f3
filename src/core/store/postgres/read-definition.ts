import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { ColumnDefinition, PartitionDefinition, TableDefinition } from './definition.ts';
import { refuseIdentity, refuseTable, refuseUnlogged } from './refuse-table.ts';
import type { Session } from './session.ts';
import { qualified, type TableName } from './sql.ts';
import { readColumnSettings, readRelationSettings } from './table-settings.ts';

/** What the catalog says of a table beside its definition. */
export interface TableFacts {
  definition: TableDefinition;
  oid: string;
  /** Constraints that a replica does not take over, in words. */
  leftOut: string[];
}

/** Reads a table's definition at one moment. Throws `table-missing`, or a refusal by name of what foresync cannot replicate. */
export async function readDefinition(session: Session, table: TableName): Promise<TableFacts> {
  return session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', () => read(session, table));
}

async function read(session: Session, table: TableName): Promise<TableFacts> {
  const [found] = await session.rows(
    `SELECT c.oid, c.relkind, c.relpersistence, c.relreplident, c.relispartition, c.relrowsecurity,
        EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AND c.relkind = 'r',
        CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
        (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'),
        (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
        c.relacl IS NOT NULL OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL),
        EXISTS (SELECT FROM pg_statistic_ext s WHERE s.stxrelid = c.oid), EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [table.schema, table.name],
  );
  if (!found) throw tableMissing(table);
  const [
    oid = '',
    kind,
    persistence,
    identity,
    isPartition,
    hasPolicies,
    isParent,
    partitionBy,
    foreignKeys,
    triggers,
    hasGrants,
    hasStatistics,
    hasRules,
  ] = found as string[];
  refuseTable(table, {
    kind,
    isPartition: isPartition === 't',
    isParent: isParent === 't',
    isLogged: persistence === 'p',
    identity,
  });
  const columns = await readColumns(session, oid);
  const [keyRow] = await session.rows(
    `SELECT k.conname, array_to_json(ARRAY(SELECT a.attname FROM unnest(i.indkey[0:i.indnkeyatts-1]) WITH ORDINALITY u(n, o)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n ORDER BY u.o)), i.indimmediate, i.indisexclusion
      FROM pg_index i JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'p' WHERE i.indrelid = $1 AND i.indisprimary`,
    [oid],
  );
  if (!keyRow)
    throw refusal(table, 'has no primary key', 'Give it one: changes and rows are told apart by it.');
  if (keyRow[2] !== 't') throw refusal(table, ...deferrableKey);
  if (keyRow[3] === 't')
    throw refusal(table, 'has a primary key WITHOUT OVERLAPS', 'No index of it tells the order of its rows.');
  const definition: TableDefinition = {
    ...table,
    ...(await readRelationSettings(session, oid)),
    tellsOldRows: identity === 'f',
    columns,
    keyName: keyRow[0] ?? '',
    key: JSON.parse(keyRow[1] ?? '[]') as string[],
    indexes: await readIndexes(session, oid, table),
    checks: await readChecks(session, oid),
    ...(partitionBy && { partitionBy }),
    partitions: partitionBy ? await readPartitions(session, oid) : [],
  };
  const leftOut = [
    ...(Number(foreignKeys) > 0 ? ['foreign keys'] : []),
    ...(Number(triggers) > 0 ? ['triggers'] : []),
    ...(hasPolicies === 't' ? ['row security policies'] : []),
    ...(hasRules === 't' ? ['rules'] : []),
    ...(hasGrants === 't' ? ['grants'] : []),
    ...(hasStatistics === 't' ? ['extended statistics'] : []),
  ];
  return { definition, oid, leftOut };
}

/** PostgreSQL takes no such key to tell rows apart by, and once the table is published it would refuse every UPDATE and DELETE of the applications. */
const deferrableKey = [
  'has a primary key that is deferrable',
  'Make it NOT DEFERRABLE: logical replication tells rows apart by keys that are checked at once.',
] as const;

/** Of whose values those alone are equal that have the same bits: they are hashed as they are, in half the time. */
const exactTypes =
  "'{bool,int2,int4,int8,oid,text,varchar,bytea,uuid,date,timestamp,timestamptz}'::regtype[]";

/** `own`: of types that name objects of their own server, and types made of ones that were made there; their bits mean something there alone. */
const columnsSql = `
WITH RECURSIVE parts(attnum, oid, inside) AS (
  SELECT a.attnum, a.atttypid, false FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT p.attnum, n.oid, n.inside FROM parts p JOIN pg_type t ON t.oid = p.oid
    LEFT JOIN pg_range r ON r.rngtypid = t.oid OR r.rngmultitypid = t.oid
    CROSS JOIN LATERAL (VALUES
      (CASE WHEN t.typtype = 'd' THEN t.typbasetype END, p.inside),
      (CASE WHEN t.typcategory = 'A' THEN t.typelem END, true),
      (r.rngsubtype, true)) n(oid, inside)
    WHERE n.oid IS NOT NULL AND n.oid <> 0
), own(attnum) AS (
  SELECT DISTINCT p.attnum FROM parts p JOIN pg_type t ON t.oid = p.oid
    WHERE t.typtype IN ('c', 'p') OR (p.inside AND t.oid >= 16384) OR t.typsend = 0 OR t.typname LIKE 'reg%' AND t.oid < 16384
)
SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1), a.atttypid,
  (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = t.typsend),
  a.attnum IN (SELECT attnum FROM own), a.atttypid = ANY (${exactTypes}) AND coalesce((SELECT l.collisdeterministic FROM pg_collation l WHERE l.oid = a.attcollation), true), a.attnotnull AND coalesce(nn.convalidated, true),
  (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
    WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
  a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attidentity,
  sn.nspname, sc.relname,
  format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
    CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
  EXISTS (SELECT FROM pg_depend u WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass AND u.refobjid = sc.oid),
  coalesce(nn.conname, CASE WHEN octet_length(usual.name) < 64 AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.conname = usual.name) THEN usual.name END)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid
    AND o.refobjsubid = a.attnum AND o.deptype IN ('a', 'i') AND EXISTS (SELECT FROM pg_sequence q WHERE q.seqrelid = o.objid)
  LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
  CROSS JOIN LATERAL (SELECT (SELECT relname FROM pg_class c WHERE c.oid = a.attrelid) || '_' || a.attname || '_not_null') usual(name)
  LEFT JOIN pg_class sc ON sc.oid = o.objid LEFT JOIN pg_namespace sn ON sn.oid = sc.relnamespace LEFT JOIN pg_sequence s ON s.seqrelid = sc.oid
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

async function readColumns(session: Session, oid: string): Promise<ColumnDefinition[]> {
  const found = new Map<string, ColumnDefinition>();
  const settings = await readColumnSettings(session, oid);
  for (const row of await session.rows(columnsSql, [oid])) {
    const [name, type, bareType, typeOid, send, isOwn, isExact, notNull, collation, generated, expression] =
      row as string[];
    const [identity, schema, sequence, options, isDefault, notNullName] = row.slice(11) as string[];
    if (name === undefined || type === undefined || bareType === undefined || found.has(name)) continue;
    const isBinary = isOwn === 'f' && send != null;
    const isSerial = sequence != null && (identity !== '' || isDefault === 't');
    found.set(name, {
      ...{ name, type, bareType, typeOid: Number(typeOid), isBinary, notNull: notNull === 't' },
      isExact: isExact === 't',
      send: isBinary ? (send as string) : 'pg_catalog.textsend',
      ...(collation != null && { collation }),
      ...settings.get(name),
      ...(notNull === 't' && notNullName != null && { notNullName }),
      ...(generated !== '' && expression != null && { generated: expression }),
      ...(generated === 'v' && { isVirtual: true }),
      ...(generated === '' && expression != null && !isSerial && { fallback: expression }),
      ...(isSerial && {
        sequence: {
          kind:
            identity === 'a'
              ? ('always' as const)
              : identity === 'd'
                ? ('default' as const)
                : ('serial' as const),
          name: { schema: schema ?? '', name: sequence },
          options: options ?? '',
        },
      }),
    });
  }
  return [...found.values()];
}

async function readIndexes(session: Session, oid: string, table: TableName) {
  const rows = await session.rows(
    `SELECT c.relname, i.indisunique, pg_get_indexdef(i.indexrelid), quote_ident(c.relname), c.relkind, pg_get_constraintdef(k.oid), i.indisvalid
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('u', 'x') AND k.conrelid = i.indrelid
      WHERE i.indrelid = $1 AND NOT i.indisprimary ORDER BY c.relname`,
    [oid],
  );
  return rows
    .filter(([, , , , , , isValid]) => isValid === 't')
    .map(([name, unique, sql, quoted, kind, constraint]) => {
      const isUnique = unique === 't';
      const before = `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${quoted} ON ${kind === 'I' ? 'ONLY ' : ''}`;
      const rest = sql?.startsWith(before) ? sql.slice(before.length) : '';
      const using = rest.slice(rest.indexOf(' USING ', quotedLength(rest, table)) + 1);
      return { name: name ?? '', unique: isUnique, using, ...(constraint != null && { constraint }) };
    });
}

/** How far the table's name goes, in which anything may stand. */
function quotedLength(text: string, table: TableName): number {
  const full = qualified(table);
  return text.startsWith(full) ? full.length : 0;
}

async function readChecks(session: Session, oid: string) {
  const rows = await session.rows(
    `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1 AND (contype = 'c' OR contype = 'n' AND NOT convalidated) ORDER BY conname`,
    [oid],
  );
  return rows.map(([name, sql]) => ({ name: name ?? '', sql: sql ?? '' }));
}

async function readPartitions(session: Session, oid: string): Promise<PartitionDefinition[]> {
  const rows = await session.rows(
    `SELECT c.oid, i.inhparent, n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, c.relkind, c.relreplident, c.relpersistence = 'p'
      FROM pg_partition_tree($1::oid::regclass) t JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_inherits i ON i.inhrelid = c.oid WHERE t.level > 0 ORDER BY t.level, c.relname`,
    [oid],
  );
  const places = new Map(rows.map(([child], index) => [child, index]));
  const partitions: PartitionDefinition[] = [];
  for (const [child, parent, schema, name, bound, by, kind, identity, isLogged] of rows) {
    const table = { schema: schema ?? '', name: name ?? '' };
    if (kind === 'f') throw refusal(table, 'is a foreign table', 'Its rows are kept elsewhere.');
    refuseUnlogged(table, isLogged === 't');
    refuseIdentity(table, identity);
    const place = places.get(parent ?? '');
    partitions.push({
      ...{ ...table, bound: bound ?? '' },
      ...(place !== undefined && { parent: place }),
      ...(by != null && { by }),
      ...(await readRelationSettings(session, child ?? '')),
    });
  }
  return partitions;
}

function refusal(table: TableName, what: string, hint: string): ForesyncError {
  return new ForesyncError('config', 'table-unsupported', `${printable(qualified(table))} ${what}.`, {
    hint,
  });
}

export function tableMissing(table: TableName): ForesyncError {
  return new ForesyncError('config', 'table-missing', `There is no table ${printable(qualified(table))}.`, {
    hint: "foresync.yaml's table may be schema.name; without a schema it is public.",
  });
}
