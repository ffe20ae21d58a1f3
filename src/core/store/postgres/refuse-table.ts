import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { qualified, type TableName } from './sql.ts';

/** What the catalog says of a relation, in its letters. */
export interface RelationKind {
  kind: string | undefined;
  isPartition: boolean;
  isParent: boolean;
  isLogged: boolean;
  identity: string | undefined;
}

/** Throws `config`, `table-unsupported`, where changes of a relation cannot be had, or would not be all of them. */
export function refuseTable(table: TableName, found: RelationKind): void {
  const refuse = (what: string, hint: string) => refuseFor(table, what, hint);
  if (found.kind !== 'r' && found.kind !== 'p')
    refuse('is no table', 'Views, foreign tables and sequences have no changes of their own.');
  if (found.isPartition) refuse('is a partition', 'Name the table that it is a part of.');
  if (found.isParent)
    refuse('has tables that inherit from it', 'Only partitions are replicated with their table.');
  refuseUnlogged(table, found.isLogged);
  refuseIdentity(table, found.identity);
}

/** A table, or a partition, whose rows are in no WAL. */
export function refuseUnlogged(table: TableName, isLogged: boolean): void {
  if (!isLogged)
    refuseFor(table, 'is not logged', 'Without WAL nothing tells its changes: ALTER TABLE … SET LOGGED.');
}

/** Of a table, or of a partition, which has one of its own. Published, a table without one refuses what the applications change. */
export function refuseIdentity(table: TableName, identity: string | null | undefined): void {
  if (identity !== 'd' && identity !== 'f')
    refuseFor(
      table,
      'has a replica identity that is not its primary key',
      'ALTER TABLE … REPLICA IDENTITY DEFAULT, or FULL.',
    );
}

function refuseFor(table: TableName, what: string, hint: string): never {
  throw new ForesyncError('config', 'table-unsupported', `${printable(qualified(table))} ${what}.`, { hint });
}
