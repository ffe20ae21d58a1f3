import type { TableShape } from '../store/sqlite/table-shape.ts';

/** Why a donor's rows do not fit a joiner that is to equal the lead; undefined where they do. A predicate to the donor's name. */
export function whyUnfit(
  { sql, encoding }: Pick<TableShape, 'sql' | 'encoding'>,
  lead: Pick<TableShape, 'sql' | 'encoding'>,
): string | undefined {
  if (sql !== lead.sql) return 'defines the table differently from the lead';
  if (encoding !== lead.encoding) return `keeps text in ${encoding}, the lead in ${lead.encoding}`;
  return undefined;
}
