import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { ColumnDefinition, IndexDefinition, TableDefinition } from './definition.ts';
import { type Session, StatementError } from './session.ts';
import { qualified, quoteName, quoteText, type TableName } from './sql.ts';
import { settingStatements } from './table-settings.ts';

/** Tables, indexes and constraints go by such names while the table is built. */
export interface BuildingNames {
  table: TableName;
  key: string;
  partition(place: number): string;
  index(place: number): string;
}

export function buildingNames({ schema }: TableName, id: string): BuildingNames {
  const name = `foresync_building_${id}`;
  return {
    table: { schema, name },
    key: `${name}_key`,
    partition: (place) => `${name}_p${place}`,
    index: (place) => `${name}_i${place}`,
  };
}

/**
 * Statements that make the table with its primary key and its settings, and its partitions. Numbers of sequences, other indexes and constraints come later: rows of
 * different moments collide on UNIQUE columns.
 */
export function createStatements(definition: TableDefinition, names: BuildingNames): string[] {
  const lines = definition.columns.map(columnSql);
  const key = definition.key.map(quoteName).join(', ');
  lines.push(`CONSTRAINT ${quoteName(names.key)} PRIMARY KEY (${key})`);
  const partitions = definition.partitions.map(({ parent, bound, by }, place) => {
    const parentName = parent === undefined ? names.table.name : names.partition(parent);
    const of = qualified({ schema: definition.schema, name: parentName });
    const own = qualified({ schema: definition.schema, name: names.partition(place) });
    return `CREATE TABLE ${own} PARTITION OF ${of} ${bound}${by === undefined ? '' : ` PARTITION BY ${by}`}`;
  });
  const by = definition.partitionBy === undefined ? '' : ` PARTITION BY ${definition.partitionBy}`;
  return [
    `CREATE TABLE ${qualified(names.table)} (${lines.join(', ')})${by}`,
    ...partitions,
    ...settingStatements(definition, names.table, (place) => ({
      schema: definition.schema,
      name: names.partition(place),
    })),
  ];
}

function columnSql(column: ColumnDefinition): string {
  const { name, type, collation, generated, isVirtual, fallback, notNull, notNullName } = column;
  return [
    `${quoteName(name)} ${type}`,
    collation && `COLLATE ${collation}`,
    generated && `GENERATED ALWAYS AS (${generated}) ${isVirtual ? 'VIRTUAL' : 'STORED'}`,
    fallback && `DEFAULT ${fallback}`,
    notNull && notNullName !== undefined && `CONSTRAINT ${quoteName(notNullName)}`,
    notNull && 'NOT NULL',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Tries all of the definition in a transaction that is rolled back, so that what the joiner lacks is refused, by its server's words, before anything starts. */
export async function rehearse(session: Session, definition: TableDefinition, id: string): Promise<void> {
  const names = buildingNames(definition, `${id}_try`);
  await session.rows('BEGIN');
  try {
    for (const statement of [...createStatements(definition, names), ...laterStatements(definition, names)])
      await alone(session, statement);
  } catch (error) {
    throw refusedDefinition(error, definition);
  } finally {
    await session.rows('ROLLBACK');
  }
}

export async function createTable(session: Session, definition: TableDefinition, id: string): Promise<void> {
  const names = buildingNames(definition, id);
  await session.rows(`DROP TABLE IF EXISTS ${qualified(names.table)}`);
  try {
    for (const statement of createStatements(definition, names)) await alone(session, statement);
  } catch (error) {
    throw refusedDefinition(error, definition);
  }
}

/** Indexes and constraints that wait for the rows. Each may be made by itself; one that is there must not be asked for again. */
export function laterStatements(definition: TableDefinition, names: BuildingNames): string[] {
  const table = qualified(names.table);
  const indexes = definition.indexes.map((index, place) =>
    indexSql(index, quoteName(names.index(place)), table),
  );
  const checks = definition.checks.map(
    ({ name, sql }) => `ALTER TABLE ${table} ADD CONSTRAINT ${quoteName(name)} ${sql}`,
  );
  return [...indexes, ...checks];
}

function indexSql({ unique, using, constraint }: IndexDefinition, name: string, table: string): string {
  if (constraint !== undefined) return `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${constraint}`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} ${using}`;
}

/** Names of the later indexes and constraints that are there already. */
export async function madeLater(session: Session, names: BuildingNames): Promise<Set<string>> {
  const rows = await session.rows(
    `SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1)
      UNION SELECT conname FROM pg_constraint WHERE conrelid = to_regclass($1)`,
    [qualified(names.table)],
  );
  return new Set(rows.map(([name]) => name ?? ''));
}

/** Makes what is missing. Long; may be called again. */
export async function finishTable(session: Session, definition: TableDefinition, id: string): Promise<void> {
  const names = buildingNames(definition, id);
  const there = await madeLater(session, names);
  const statements = laterStatements(definition, names);
  const wanted = [
    ...definition.indexes.map((_, place) => names.index(place)),
    ...definition.checks.map(({ name }) => name),
  ];
  for (const [place, statement] of statements.entries())
    if (!there.has(wanted[place] as string)) await alone(session, statement);
}

/** With the extended protocol, where one message is one statement: what comes from the donor cannot end it and begin another. */
export async function alone(session: Session, statement: string): Promise<void> {
  await session.rows(statement, undefined, { alone: true });
}

export interface Placing {
  replace: boolean;
  /** Where each sequence goes on, by the place of its column. */
  sequences: readonly { column: string; lastValue: string | null }[];
}

/**
 * Puts the built table in its place, in the caller's transaction: names, sequences, defaults. Names of partitions, indexes and sequences that
 * are taken by others stay as they were built. Throws `joiner-has-table` where a table is there that may not give way.
 */
export async function placeTable(
  session: Session,
  definition: TableDefinition,
  id: string,
  { replace, sequences }: Placing,
): Promise<void> {
  const names = buildingNames(definition, id);
  const { schema } = definition;
  const isFree = async (name: TableName) =>
    (await session.row('SELECT to_regclass($1) IS NULL', [qualified(name)]))[0] === 't';
  if (!(await isFree(definition))) {
    if (!replace) throw placeTaken(definition);
    await session.rows(`DROP TABLE ${qualified(definition)}`);
  }
  await session.rows(`ALTER TABLE ${qualified(names.table)} RENAME TO ${quoteName(definition.name)}`);
  const table = qualified(definition);
  const renameConstraint = async (from: string, to: string) => {
    if (await isFree({ schema, name: to }))
      await session.rows(`ALTER TABLE ${table} RENAME CONSTRAINT ${quoteName(from)} TO ${quoteName(to)}`);
  };
  await renameConstraint(names.key, definition.keyName);
  for (const [place, { name, constraint }] of definition.indexes.entries()) {
    const built = names.index(place);
    if (constraint !== undefined) await renameConstraint(built, name);
    else if (await isFree({ schema, name }))
      await session.rows(`ALTER INDEX ${qualified({ schema, name: built })} RENAME TO ${quoteName(name)}`);
  }
  for (const [place, { name }] of definition.partitions.entries())
    await placePartition(session, { schema, name: names.partition(place) }, name, isFree);
  for (const column of definition.columns) {
    const told = sequences.find((one) => one.column === column.name);
    if (column.sequence)
      await placeSequence(session, definition, column, { id, lastValue: told?.lastValue ?? null, isFree });
  }
}

/** With its indexes, whose names PostgreSQL made of its own. */
async function placePartition(
  session: Session,
  built: TableName,
  name: string,
  isFree: (name: TableName) => Promise<boolean>,
): Promise<void> {
  const { schema } = built;
  const indexes = await session.rows(
    `SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::regclass AND starts_with(c.relname, $2)`,
    [qualified(built), built.name],
  );
  for (const [index = ''] of indexes as string[][]) {
    const wanted = `${name}${index.slice(built.name.length)}`;
    if (await isFree({ schema, name: wanted }))
      await session.rows(`ALTER INDEX ${qualified({ schema, name: index })} RENAME TO ${quoteName(wanted)}`);
  }
  if (await isFree({ schema, name }))
    await session.rows(`ALTER TABLE ${qualified(built)} RENAME TO ${quoteName(name)}`);
}

async function placeSequence(
  session: Session,
  definition: TableDefinition,
  { name: column, sequence, bareType }: ColumnDefinition,
  {
    id,
    lastValue,
    isFree,
  }: { id: string; lastValue: string | null; isFree(name: TableName): Promise<boolean> },
): Promise<void> {
  if (!sequence) return;
  const table = qualified(definition);
  const wanted = { schema: definition.schema, name: sequence.name.name };
  const own = (await isFree(wanted))
    ? wanted
    : { schema: definition.schema, name: `${column.slice(0, 20)}_${id}_seq` };
  if (sequence.kind === 'serial') {
    await alone(
      session,
      `CREATE SEQUENCE ${qualified(own)} AS ${bareType} ${sequence.options} OWNED BY ${table}.${quoteName(column)}`,
    );
    const next = `pg_catalog.nextval(${quoteText(qualified(own))}::pg_catalog.regclass)`;
    await session.rows(`ALTER TABLE ${table} ALTER COLUMN ${quoteName(column)} SET DEFAULT ${next}`);
  } else {
    const kind = sequence.kind === 'always' ? 'ALWAYS' : 'BY DEFAULT';
    await alone(
      session,
      `ALTER TABLE ${table} ALTER COLUMN ${quoteName(column)} ADD GENERATED ${kind} AS IDENTITY (SEQUENCE NAME ${qualified(own)} ${sequence.options})`,
    );
  }
  if (lastValue !== null)
    await session.rows('SELECT setval($1::regclass, $2::int8)', [qualified(own), lastValue]);
}

export function placeTaken(table: TableName): ForesyncError {
  return new ForesyncError(
    'exists',
    'joiner-has-table',
    `The joiner holds a table ${printable(qualified(table))} already.`,
    {
      hint: 'Use --replace to put the copy in its place, or name another database in --store.',
    },
  );
}

function refusedDefinition(error: unknown, table: TableName): unknown {
  // A disk that is full, a server that stops, say nothing of the table.
  if (!(error instanceof StatementError) || error.kind === 'io') return error;
  const kind = error.kind === 'permission' ? 'permission' : 'config';
  return new ForesyncError(
    kind,
    'definition-refused',
    `The joiner cannot make ${printable(qualified(table))} as the donor has it. ${error.message}`,
    {
      hint: 'Create there first what the table needs: its schema, types, extensions and functions.',
      cause: error,
    },
  );
}
