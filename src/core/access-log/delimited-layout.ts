import { printable } from '../text.ts';
import { type ColumnChoice, columnsOfNames, type Role, roles } from './columns.ts';
import { type DelimitedLayout, unknownLayout } from './layout.ts';
import { isOperation, isTime, plausible, share } from './plausible.ts';

type DelimitedFormat = DelimitedLayout['format'];

const columnsHint = 'Say what its columns are, such as --columns time,op,key,size.';

/** The columns of a CSV or TSV log by what the operator says, else by the header's names, else by what the first lines hold. */
export function delimitedLayout(
  format: DelimitedFormat,
  lines: string[],
  choice: ColumnChoice | undefined,
): DelimitedLayout {
  const rows = lines.map((line) => splitFields(line, format));
  const [first = [], ...rest] = rows;
  if (choice?.by === 'name') return named(format, first, choice.names);
  if (choice?.by === 'position') {
    const { time = 0, key = 0, ...others } = choice.positions;
    const hasHeader = rows.length > 0 && startsWithHeader(rows, time);
    return withNames(format, hasHeader ? first : undefined, { time, key, ...others });
  }
  const header = columnsOfNames(first, (role, name) => plausible(role, column(rest, first.indexOf(name))));
  if (header.time !== undefined && header.key !== undefined && !first.some(isTime))
    return named(format, first, header);
  return byContent(format, rows);
}

/** Time is the first column of times, the operation the first of known operations, the key the first that is left, the size what follows it. */
function byContent(format: DelimitedFormat, rows: string[][]): DelimitedLayout {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const indexes = Array.from({ length: Math.min(width, 1000) }, (_, index) => index);
  const data = rows[0]?.some(isTime) ? rows : rows.slice(1);
  const time = indexes.find((index) => share(column(data, index), isTime) >= 0.5);
  const op = indexes.find((index) => index !== time && share(column(data, index), isOperation) >= 0.8);
  const key = indexes.find((index) => index !== time && index !== op);
  if (time === undefined) throw unknownLayout('has no column of times in its first lines', columnsHint);
  if (key === undefined)
    throw unknownLayout('has no column beside its times that could be the key', columnsHint);
  const next = indexes.find((index) => index > key && index !== time && index !== op);
  const size = next !== undefined && plausible('size', column(data, next)) ? next : undefined;
  return withNames(format, startsWithHeader(rows, time) ? rows[0] : undefined, {
    time,
    key,
    ...(op === undefined ? {} : { op }),
    ...(size === undefined ? {} : { size }),
  });
}

/** The first line is a header if it has words where most others have times, and as many columns as another. */
function startsWithHeader(rows: string[][], time: number): boolean {
  const [first = [], ...rest] = rows;
  if (isTime(first[time] ?? '')) return false;
  if (rest.length === 0) return columnsOfNames(first, () => true).time !== undefined;
  const isAsWide = rest.some((row) => row.length === first.length);
  return isAsWide && share(column(rest, time), isTime) >= 0.5 && /^\D/.test(first[time] ?? '');
}

function named(
  format: DelimitedFormat,
  header: string[],
  names: Partial<Record<Role, string>>,
): DelimitedLayout {
  const columns: Partial<Record<Role, number>> = {};
  for (const role of roles) {
    const name = names[role];
    if (name === undefined) continue;
    columns[role] = header.findIndex((field) => field.trim() === name.trim());
    if (columns[role] === -1)
      throw unknownLayout(`has no column '${printable(name, 60)}' in its first line`, columnsHint);
  }
  const { time = 0, key = 0, ...others } = columns;
  return { format, hasHeader: true, columns: { time, key, ...others }, names };
}

function withNames(
  format: DelimitedFormat,
  header: string[] | undefined,
  columns: DelimitedLayout['columns'],
): DelimitedLayout {
  const names: Partial<Record<Role, string>> = {};
  for (const role of roles) {
    const index = columns[role];
    if (index !== undefined) names[role] = header?.[index] ?? `column ${index + 1}`;
  }
  return { format, hasHeader: header !== undefined, columns, names };
}

function splitFields(line: string, format: DelimitedFormat): string[] {
  if (format === 'tsv') return line.split('\t');
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const close = line[at] === '"' ? closingQuote(line, at + 1) : -1;
    const comma = line.indexOf(',', Math.max(at, close));
    const end = comma === -1 ? line.length : comma;
    fields.push(close === -1 ? line.slice(at, end) : line.slice(at + 1, close).replaceAll('""', '"'));
    at = end + 1;
  }
  return fields;
}

function closingQuote(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at;
}

function column(rows: string[][], index: number): string[] {
  return rows.flatMap((row) => row[index] ?? []);
}
