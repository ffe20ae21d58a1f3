import type { PlanView } from '../../core/plan/inspect/plan-rows.ts';
import type { PlanEntry } from '../../core/plan/prefetch-plan.ts';
import { rowKeyText } from '../../core/row-key-text.ts';
import { printable } from '../../core/text.ts';
import { fit, fitEnds, type PageFrame } from '../analyze/page-frame.ts';
import { formatBytes, formatCount, formatFraction, formatInstant } from '../format.ts';
import { readsWords } from '../plan-key-words.ts';
import { rowSentence } from '../row-sentence.ts';

/** An entry as one line of a table shows it. */
export interface EntryLine {
  /** 1 for the plan's first entry. */
  place: number;
  entry: PlanEntry;
  /** A word for what becomes of it; empty where it is sent like others. */
  mark: string;
}

export type ColumnName =
  | 'place'
  | 'key'
  | 'confidence'
  | 'reads'
  | 'writes'
  | 'size'
  | 'time'
  | 'donor'
  | 'model'
  | 'mark';

/** Columns from left to right, with their widths in cells of the terminal. */
export interface EntryTable {
  columns: readonly (readonly [name: ColumnName, width: number])[];
  frame: PageFrame;
}

const headings: Record<ColumnName, string> = {
  place: '#',
  key: 'KEY',
  confidence: 'CONF.',
  reads: 'READS',
  writes: 'WRITES',
  size: 'SIZE',
  time: 'FIRST READ',
  donor: 'DONOR',
  model: 'MODEL',
  mark: 'MARK',
};
const rightAligned: readonly ColumnName[] = ['place', 'confidence', 'reads', 'writes', 'size'];
const leastKeyWidth = 12;
/** Longer than any key that a line shows. */
const maxKeyLength = 8192;

/**
 * The columns that fit a width; the key gets what the others leave. Donor and model are shown where there is room for both, and with writes where the
 * view sorts or chooses by them.
 */
export function entryTable(
  width: number,
  entries: number,
  frame: PageFrame,
  view?: Pick<PlanView, 'sort' | 'donor' | 'model'>,
): EntryTable {
  const place = Math.max(2, formatCount(entries).length);
  const wide = width >= 110;
  const others: [ColumnName, number][] = [
    ['place', place],
    ['confidence', 5],
    ['reads', 8],
    ...asked(view?.sort === 'writes', ['writes', 8]),
    ['size', 8],
    ...asked(view?.donor !== undefined || wide, ['donor', 12]),
    ...asked(view?.model !== undefined || wide, ['model', 10]),
    ['time', wide ? 16 : 11],
    ['mark', 8],
  ];
  // On a screen that is narrower than all of them, columns on the right go first.
  const fits = () => others.reduce((sum, [, cells]) => sum + cells + 1, leastKeyWidth) <= width;
  while (others.length > 1 && !fits()) others.splice(others.at(-1)?.[0] === 'mark' ? -2 : -1, 1);
  const key = Math.max(1, width - others.reduce((sum, [, cells]) => sum + cells + 1, 0));
  const [first, ...rest] = others as [[ColumnName, number], ...[ColumnName, number][]];
  return { columns: [first, ['key', key], ...rest], frame };
}

function asked(isAsked: boolean, column: [ColumnName, number]): [ColumnName, number][] {
  return isAsked ? [column] : [];
}

export function headingLine({ columns, frame }: EntryTable): string {
  return columns.map(([name, width]) => aligned(name, headings[name], width, frame)).join(' ');
}

/** Exactly as wide as the table, and safe to print. */
export function entryLine(line: EntryLine, { columns, frame }: EntryTable): string {
  return columns.map(([name, width]) => aligned(name, cellText(name, line, width), width, frame)).join(' ');
}

const sentenceHeadings: Record<ColumnName, string> = {
  ...headings,
  place: '',
  confidence: 'CONFIDENCE',
  mark: '',
};

/** The same for who cannot see columns, with all that there is to say. */
export function entrySentence(line: EntryLine): string {
  const names = Object.keys(sentenceHeadings) as ColumnName[];
  return rowSentence(
    Object.values(sentenceHeadings),
    names.map((name) => cellText(name, line, maxKeyLength)),
  );
}

function aligned(name: ColumnName, text: string, width: number, frame: PageFrame): string {
  if (name === 'key') return fitEnds(text, width, frame);
  return rightAligned.includes(name)
    ? fit(text, width, frame).trimEnd().padStart(width)
    : fit(text, width, frame);
}

function cellText(name: ColumnName, { place, entry, mark }: EntryLine, width: number): string {
  switch (name) {
    case 'place':
      return formatCount(place);
    case 'key':
      return keyWords(entry);
    case 'confidence':
      return formatFraction(entry.confidence);
    case 'reads':
      return readsWords(entry.expectedReads);
    case 'writes':
      return readsWords(entry.expectedWrites);
    case 'size':
      return entry.sizeBytes === undefined ? '-' : formatBytes(entry.sizeBytes);
    case 'time':
      return timeWords(entry, width);
    case 'donor':
      return printable(entry.donor ?? '-', width * 4);
    case 'model':
      return printable(entry.model, width * 4);
    case 'mark':
      return mark;
  }
}

export function keyWords({ key }: PlanEntry): string {
  return printable(rowKeyText(key), maxKeyLength);
}

function timeWords({ expectedAt }: PlanEntry, width: number): string {
  const minutes = formatInstant(Date.parse(expectedAt)).replace(' UTC', '');
  return width >= minutes.length ? minutes : minutes.slice(-width);
}
