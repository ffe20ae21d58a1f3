import type { ComparedField } from '../../core/plan/diff/entry-fields.ts';
import type { ChangedEntry, PlanDifference } from '../../core/plan/diff/plan-difference.ts';
import type { ListedEntry } from '../../core/plan/inspect/inspection-report.ts';
import { printable } from '../../core/text.ts';
import { clip, fitEnds, type PageFrame, row, textWidth } from '../analyze/page-frame.ts';
import { formatBytes, formatCount, formatCounted, formatFraction } from '../format.ts';
import { readsWords } from '../plan-key-words.ts';
import { wrapWords } from '../wrap-words.ts';
import { entryLine, entrySentence, entryTable, headingLine, keyWords } from './entry-cells.ts';
import { changeWords, fateWords, totalsWords } from './plan-words.ts';

const indent = 2;

/** How one plan differs from another; lines of the frame's width, safe to print. */
export function diffPage(difference: PlanDifference, frame: PageFrame): string[] {
  const { brush } = frame;
  const { a, b, same } = difference;
  const title = same ? 'The plans are the same' : 'The plans differ';
  const sign = same ? brush.paint('good', brush.symbols.done) : brush.paint('warning', brush.symbols.warning);
  const facts: [string, string][] = [
    ['A', printable(a.file, 4096)],
    ['', totalsWords(a.totals)],
    ['B', printable(b.file, 4096)],
    ['', totalsWords(b.totals)],
    ...(same ? [] : [['B against A', changeWords(a.totals, b.totals)] as [string, string]]),
  ];
  return [
    `${sign} ${brush.paint('strong', title)}`,
    ...facts.map(([label, text]) => row(label, clip(text, textWidth(frame), frame), brush)),
    ...(same ? [] : ['', ...countRows(difference, frame)]),
    ...headerRows(difference, frame),
    ...entryRows('Added', difference.first.added, difference.added.keys, frame),
    ...entryRows('Dropped', difference.first.dropped, difference.dropped.keys, frame),
    ...changedRows(difference.first.changed, difference.changed.keys, frame),
  ];
}

const fieldWords: Readonly<Record<ComparedField, string>> = {
  confidence: 'confidence',
  expectedReads: 'reads',
  expectedWrites: 'writes',
  expectedAt: 'first read',
  sizeBytes: 'size',
  donor: 'donor',
  model: 'model',
  pinned: 'pin',
};

function countRows(
  { added, dropped, changed, unchanged, reordered }: PlanDifference,
  frame: PageFrame,
): string[] {
  const worth = ({ keys, expectedReads, bytes }: PlanDifference['added']) =>
    [
      formatCounted(keys, 'key'),
      `${readsWords(expectedReads)} reads expected`,
      ...(bytes > 0 ? [formatBytes(bytes)] : []),
    ].join(', ');
  const fields = Object.entries(changed.byField)
    .filter(([, keys]) => keys > 0)
    .map(([field, keys]) => `${fieldWords[field as ComparedField]} ${formatCount(keys)}`);
  const changes = `${formatCounted(changed.keys, 'key')}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`;
  const order = reordered
    ? 'the keys of both plans are in another order'
    : 'the keys of both plans are in one order';
  const rows: [string, string][] = [
    ['added', worth(added)],
    ['dropped', worth(dropped)],
    ['changed', changes],
    ['unchanged', formatCounted(unchanged.keys, 'key')],
    ['order', order],
  ];
  return rows.flatMap(([label, text]) =>
    wrapWords([text], textWidth(frame)).map((line, at) => row(at === 0 ? label : '', line, frame.brush)),
  );
}

/** Longer values are cut on the page; --json has them whole. */
const longestValue = 200;

function headerRows({ header }: PlanDifference, frame: PageFrame): string[] {
  if (header.length === 0) return [];
  const { brush } = frame;
  const value = (of: unknown) =>
    of === undefined ? 'absent' : printable(typeof of === 'string' ? of : JSON.stringify(of), longestValue);
  return [
    '',
    brush.paint('strong', '  Header'),
    ...header.map(({ field, a, b }) => {
      const text = `${printable(field, 40)}: ${value(a)} ${brush.arrow} ${value(b)}`;
      return `  ${clip(text, frame.width - indent, frame)}`;
    }),
  ];
}

function entryRows(title: string, entries: readonly ListedEntry[], all: number, frame: PageFrame): string[] {
  if (entries.length === 0) return [];
  const { brush } = frame;
  const table = entryTable(frame.width - indent, Math.max(...entries.map(({ place }) => place)), frame);
  return [
    '',
    brush.paint('strong', `  ${title}, most reads first`),
    ...(brush.asSentences ? [] : [`  ${brush.paint('quiet', headingLine(table).trimEnd())}`]),
    ...entries.map(({ place, ...entry }) => {
      const mark = entry.pinned ? fateWords.pinned : '';
      const line = { place, entry, mark };
      return `  ${brush.asSentences ? entrySentence(line) : entryLine(line, table).trimEnd()}`;
    }),
    ...more(all - entries.length, frame),
  ];
}

/** Fields with a column of their own. */
const shownFields: readonly ComparedField[] = ['confidence', 'expectedReads'];
const confidenceWidth = 16;
const readsWidth = 20;

function changedRows(entries: readonly ChangedEntry[], all: number, frame: PageFrame): string[] {
  if (entries.length === 0) return [];
  const { brush, width } = frame;
  const keyWidth = Math.floor((width - indent - confidenceWidth - readsWidth) * 0.65);
  const moved = (a: string, b: string) => (a === b ? a : `${a} ${brush.arrow} ${b}`);
  const heading = `${'KEY'.padEnd(keyWidth)}${'CONFIDENCE'.padStart(confidenceWidth)}${'READS'.padStart(readsWidth)}  ALSO`;
  return [
    '',
    brush.paint('strong', '  Changed, those whose reads moved most first'),
    `  ${brush.paint('quiet', heading)}`,
    ...entries.map(({ a, b, fields }) => {
      const confidence = moved(formatFraction(a.confidence), formatFraction(b.confidence));
      const reads = moved(readsWords(a.expectedReads), readsWords(b.expectedReads));
      const words = fields
        .flatMap((field) => (shownFields.includes(field) ? [] : [fieldWords[field]]))
        .join(', ');
      const line = `${fitEnds(keyWords(a), keyWidth, frame)}${confidence.padStart(confidenceWidth)}${reads.padStart(readsWidth)}  ${words}`;
      return `  ${clip(line.trimEnd(), width - indent, frame)}`;
    }),
    ...more(all - entries.length, frame),
  ];
}

function more(rest: number, { brush }: PageFrame): string[] {
  return rest > 0 ? [`  ${brush.paint('quiet', `and ${formatCounted(rest, 'more key', 'more keys')}`)}`] : [];
}
