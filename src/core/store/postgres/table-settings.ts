import type { TableDefinition } from './definition.ts';
import type { Session } from './session.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';

/** `fillfactor`, `toast.autovacuum_enabled`, and what it is set to. */
export interface StorageOption {
  name: string;
  value: string;
}

export interface ColumnSettings {
  /** How large values are kept, where it is not the type's own way. */
  storage?: keyof typeof storages;
  compression?: keyof typeof compressions;
  /** How much ANALYZE looks at. */
  statistics?: number;
  comment?: string;
}

export interface RelationSettings {
  options: StorageOption[];
  comment?: string;
}

export interface TableSettings extends RelationSettings {
  /** Changes are told with all of the old row. */
  tellsOldRows: boolean;
}

/** As pg_attribute has them. */
export const storages = { p: 'PLAIN', e: 'EXTERNAL', m: 'MAIN', x: 'EXTENDED' } as const;
export const compressions = { p: 'pglz', l: 'lz4' } as const;

/** By the names of columns; those that have none are left out. */
export async function readColumnSettings(
  session: Session,
  oid: string,
): Promise<Map<string, ColumnSettings>> {
  const rows = await session.rows(
    `SELECT a.attname, CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, nullif(a.attcompression, ''), nullif(a.attstattarget, -1), col_description(a.attrelid, a.attnum)
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`,
    [oid],
  );
  const found = new Map<string, ColumnSettings>();
  for (const [name, storage, compression, statistics, comment] of rows) {
    const settings: ColumnSettings = {
      ...(isOneOf(storages, storage) && { storage }),
      ...(isOneOf(compressions, compression) && { compression }),
      ...(statistics != null && { statistics: Number(statistics) }),
      ...(comment != null && { comment }),
    };
    if (name != null && Object.keys(settings).length > 0) found.set(name, settings);
  }
  return found;
}

/** Of a table or a partition, and of what keeps its large values. */
export async function readRelationSettings(session: Session, oid: string): Promise<RelationSettings> {
  const rows = await session.rows(
    `SELECT o.option_name, o.option_value FROM pg_class c, pg_options_to_table(c.reloptions) o WHERE c.oid = $1::oid
      UNION ALL SELECT 'toast.' || o.option_name, o.option_value FROM pg_class c JOIN pg_class l ON l.oid = c.reltoastrelid, pg_options_to_table(l.reloptions) o WHERE c.oid = $1::oid`,
    [oid],
  );
  const [comment] = await session.row("SELECT obj_description($1::oid, 'pg_class')", [oid]);
  return {
    options: rows.map(([name, value]) => ({ name: name ?? '', value: value ?? '' })),
    ...(comment != null && { comment }),
  };
}

/** Statements that give a table just made, and its partitions, the donor's settings; before there are rows, which are kept by them. */
export function settingStatements(
  definition: TableDefinition,
  table: TableName,
  partition: (place: number) => TableName,
): string[] {
  const name = qualified(table);
  return [
    ...relationStatements(name, definition),
    ...(definition.tellsOldRows ? [`ALTER TABLE ${name} REPLICA IDENTITY FULL`] : []),
    ...definition.columns.flatMap((column) => columnStatements(name, column)),
    ...definition.partitions.flatMap((settings, place) =>
      relationStatements(qualified(partition(place)), settings),
    ),
  ];
}

function relationStatements(table: string, { options, comment }: RelationSettings): string[] {
  const set = options.map((option) => `${optionName(option)} = ${quoteText(option.value)}`);
  return [
    ...(set.length > 0 ? [`ALTER TABLE ${table} SET (${set.join(', ')})`] : []),
    ...(comment === undefined ? [] : [`COMMENT ON TABLE ${table} IS ${quoteText(comment)}`]),
  ];
}

function columnStatements(
  table: string,
  { name, storage, compression, statistics, comment }: ColumnSettings & { name: string },
): string[] {
  const column = quoteName(name);
  const set = [
    storage && `SET STORAGE ${storages[storage]}`,
    compression && `SET COMPRESSION ${compressions[compression]}`,
    statistics !== undefined && `SET STATISTICS ${Math.trunc(statistics)}`,
  ].flatMap((one) => one || []);
  return [
    ...set.map((one) => `ALTER TABLE ${table} ALTER COLUMN ${column} ${one}`),
    ...(comment === undefined ? [] : [`COMMENT ON COLUMN ${table}.${column} IS ${quoteText(comment)}`]),
  ];
}

function optionName({ name }: StorageOption): string {
  const toast = 'toast.';
  return name.startsWith(toast) ? `toast.${quoteName(name.slice(toast.length))}` : quoteName(name);
}

function isOneOf<T extends object>(all: T, letter: string | null | undefined): letter is keyof T & string {
  return letter != null && Object.hasOwn(all, letter);
}
