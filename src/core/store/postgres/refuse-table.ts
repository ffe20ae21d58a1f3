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
  const refuse = (what: string, hint: string): never => {
    throw new ForesyncError('config', 'table-unsupported', `${printable(qualified(table))} ${what}.`, {
      hint,
    });
  };
  if (found.kind !== 'r' && found.kind !== 'p')
    refuse('is no table', 'Views, foreign tables and sequences have no changes of their own.');
  if (found.isPartition) refuse('is a partition', 'Name the table that it is a part of.');
  if (found.isParent)
    refuse('has tables that inherit from it', 'Only partitions are replicated with their table.');
  if (!found.isLogged)
    refuse('is not logged', 'Without WAL nothing tells its changes: ALTER TABLE … SET LOGGED.');
  if (found.identity !== 'd' && found.identity !== 'f')
    refuse(
      'has a replica identity that is not its primary key',
      'ALTER TABLE … REPLICA IDENTITY DEFAULT, or FULL.',
    );
}
