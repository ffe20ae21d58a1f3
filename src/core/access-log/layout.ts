import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { type ColumnChoice, columnsOfNames, type Role, roles } from './columns.ts';
import { operationKind } from './operations.ts';
import { parseSizeBytes } from './sizes.ts';
import { parseTimeMs } from './timestamps.ts';

export const formats = ['csv', 'tsv', 'jsonl'] as const;
export type LogFormat = (typeof formats)[number];

/** Which columns of a CSV or TSV log hold what, from 0. Without `op` every line is a read. */
export interface DelimitedLayout {
  format: 'csv' | 'tsv';
  hasHeader: boolean;
  columns: Partial<Record<Role, number>> & { time: number; key: number };
  /** What the report calls them: the header's names, or `column 1`. */
  names: Partial<Record<Role, string>>;
}

/** Which fields of each object hold what. */
export interface JsonLayout {
  format: 'jsonl';
  hasHeader: false;
  names: Partial<Record<Role, string>> & { time: string; key: string };
}

export type LogLayout = DelimitedLayout | JsonLayout;

const sampledLines = 200;

/**
 * Decides from a log's first lines what it is. `format` and `choice` are what the operator said, and are taken as they are.
 * Throws `data` errors that say what was not found.
 */
export function detectLayout(
  head: string,
  format: LogFormat | undefined,
  choice: ColumnChoice | undefined,
): LogLayout {
  const lines = head
    .split(/\r?\n/, sampledLines)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found = format ?? guessFormat(lines[0] ?? '');
  if (!found)
    throw unknown(
      'has neither commas, tabs nor JSON objects in its first line',
      'Name its format with --format.',
    );
  return found === 'jsonl' ? jsonLayout(lines, choice) : delimitedLayout(found, lines, choice);
}

function guessFormat(line: string): LogFormat | undefined {
  if (line.trimStart().startsWith('{')) return 'jsonl';
  if (line.includes('\t')) return 'tsv';
  return line.includes(',') ? 'csv' : undefined;
}

function delimitedLayout(
  format: 'csv' | 'tsv',
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
function byContent(format: 'csv' | 'tsv', rows: string[][]): DelimitedLayout {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const indexes = Array.from({ length: Math.min(width, 1000) }, (_, index) => index);
  const data = rows[0]?.some(isTime) ? rows : rows.slice(1);
  const time = indexes.find((index) => share(column(data, index), isTime) >= 0.5);
  const op = indexes.find((index) => index !== time && share(column(data, index), isOperation) >= 0.8);
  const key = indexes.find((index) => index !== time && index !== op);
  if (time === undefined) throw unknown('has no column of times in its first lines', columnsHint);
  if (key === undefined) throw unknown('has no column beside its times that could be the key', columnsHint);
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
  format: 'csv' | 'tsv',
  header: string[],
  names: Partial<Record<Role, string>>,
): DelimitedLayout {
  const columns: Partial<Record<Role, number>> = {};
  for (const role of roles) {
    const name = names[role];
    if (name === undefined) continue;
    columns[role] = header.findIndex((field) => field.trim() === name.trim());
    if (columns[role] === -1)
      throw unknown(`has no column '${printable(name, 60)}' in its first line`, columnsHint);
  }
  const { time = 0, key = 0, ...others } = columns;
  return { format, hasHeader: true, columns: { time, key, ...others }, names };
}

function withNames(
  format: 'csv' | 'tsv',
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

function jsonLayout(lines: string[], choice: ColumnChoice | undefined): JsonLayout {
  const objects = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      return []; // A broken line says nothing about the layout; the parser counts it.
    }
  });
  if (choice?.by === 'name' && choice.names.time !== undefined && choice.names.key !== undefined) {
    return {
      format: 'jsonl',
      hasHeader: false,
      names: { ...choice.names, time: choice.names.time, key: choice.names.key },
    };
  }
  const fields = new Set(objects.flatMap((object) => Object.keys(object ?? {}).slice(0, 1000)));
  const values = (name: string) =>
    objects.filter((object) => Object.hasOwn(Object(object), name)).map((object) => String(object[name]));
  const { time, key, ...others } = columnsOfNames([...fields], (role, name) => plausible(role, values(name)));
  if (time === undefined) throw unknown('has no field of times in its first objects', jsonHint);
  if (key === undefined) throw unknown('has no field that could be the key in its first objects', jsonHint);
  return { format: 'jsonl', hasHeader: false, names: { time, key, ...others } };
}

const columnsHint = 'Say what its columns are, such as --columns time,op,key,size.';
const jsonHint = 'Say what its fields are, such as --columns time=ts,key=sku.';

function plausible(role: Role, values: string[]): boolean {
  if (role === 'key' || values.length === 0) return true;
  if (role === 'time') return share(values, isTime) >= 0.5;
  return share(values, role === 'op' ? isOperation : isSize) >= 0.8;
}

function splitFields(line: string, format: 'csv' | 'tsv'): string[] {
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

function share(values: string[], holds: (value: string) => boolean): number {
  return values.length === 0 ? 0 : values.filter(holds).length / values.length;
}

function isTime(value: string): boolean {
  const bytes = Buffer.from(value.slice(0, 64));
  return !Number.isNaN(parseTimeMs(bytes, 0, bytes.length));
}

function isOperation(value: string): boolean {
  return operationKind(value) !== undefined;
}

function isSize(value: string): boolean {
  const bytes = Buffer.from(value.slice(0, 64));
  return !Number.isNaN(parseSizeBytes(bytes, 0, bytes.length));
}

function unknown(reason: string, hint: string): ForesyncError {
  return new ForesyncError('data', 'log-layout-unknown', `The log ${reason}.`, { hint });
}
