import type { TableName } from './sql.ts';
import type { ColumnSettings, RelationSettings, TableSettings } from './table-settings.ts';

/** A column as the joiner makes it again. Texts are SQL, as the donor's server writes it with every name in full. */
export interface ColumnDefinition extends ColumnSettings {
  name: string;
  /** With its modifier: `numeric(10,2)`, `shop.size[]`. */
  type: string;
  /** Without: what a key's value is cast to. */
  bareType: string;
  typeOid: number;
  /** Writes a value to the bit: a function of the type, or of text where the type's own output differs between servers. */
  send: string;
  /** Values are equal where their bits are, and only there. */
  isExact: boolean;
  /** The type's own binary form means the same at every server. */
  isBinary: boolean;
  notNull: boolean;
  /** Of the constraint, which has one from version 18 on. */
  notNullName?: string;
  /** Where it is not the type's own. */
  collation?: string;
  /** Of a default that is no sequence's. */
  fallback?: string;
  /** Of a column that is computed, and never travels. */
  generated?: string;
  /** It is computed when it is read, and not stored. */
  isVirtual?: boolean;
  sequence?: SequenceDefinition;
}

/** What gives a column its numbers. */
export interface SequenceDefinition {
  kind: 'serial' | 'always' | 'default';
  name: TableName;
  /** As ALTER SEQUENCE takes them: `INCREMENT BY 1 MINVALUE 1 …`. */
  options: string;
}

export interface IndexDefinition {
  name: string;
  unique: boolean;
  /** From USING on. */
  using: string;
  /** Of an index that belongs to a constraint: `UNIQUE (a, b)`. */
  constraint?: string;
}

export interface PartitionDefinition extends TableName, RelationSettings {
  /** Position in the list of the partition that it is a part of; none for a part of the table itself. */
  parent?: number;
  /** `FOR VALUES …` or `DEFAULT` */
  bound: string;
  /** `RANGE (day)`, where it has partitions of its own. */
  by?: string;
}

export interface TableDefinition extends TableName, TableSettings {
  columns: ColumnDefinition[];
  /** Names of the primary key's columns, in its order. */
  key: string[];
  keyName: string;
  indexes: IndexDefinition[];
  checks: { name: string; sql: string }[];
  /** `RANGE (day)`; undefined for a table that has no partitions. */
  partitionBy?: string;
  partitions: PartitionDefinition[];
}

/** Columns that travel, in their order: all that are not computed. */
export function carriedColumns({ columns }: TableDefinition): ColumnDefinition[] {
  return columns.filter(({ generated }) => generated === undefined);
}

export function keyColumns({ columns, key }: TableDefinition): ColumnDefinition[] {
  return key.map((name) => {
    const column = columns.find((one) => one.name === name);
    if (!column) throw new RangeError(`the key names a column ${name} that is not there`);
    return column;
  });
}

/** How COPY carries the rows: in binary, unless a column's bits mean something at its own server alone. */
export function copyFormat(definition: TableDefinition): 'binary' | 'text' {
  return carriedColumns(definition).every(({ isBinary }) => isBinary) ? 'binary' : 'text';
}
