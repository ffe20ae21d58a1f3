import { seededRandom } from '../../../bench/support/random.ts';

/** A row of a table of events, as bytes of each column; the key may be NULL. */
export interface EventRow {
  timeMs: number;
  op: string;
  key: Buffer | null;
  size: string;
}

export const startMs = Date.UTC(2026, 2, 28, 21, 59, 59);

const strangeKeys = [
  'a,b',
  'say "hi"',
  'tab\there',
  'two\nlines',
  "it's",
  '\\N',
  'back\\slash',
  'é漢😀',
  '`',
  'nul\0byte',
  ' ',
  'k'.repeat(1024),
];
const badKeys = [
  '',
  'k'.repeat(1025),
  Buffer.of(0xff),
  Buffer.of(0x61, 0xed, 0xa0, 0x80),
  Buffer.of(0xc0, 0x80),
  Buffer.of(0xe6, 0xbc),
];

/** Rows in the order of their times, no two at the same millisecond, so that the last size of a key is a certain one. */
export function eventRows(count: number, seed: number): EventRow[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let timeMs = startMs;
  return Array.from({ length: count }, () => {
    timeMs += 1 + Math.floor(random() * 40_000);
    const odd = random();
    const key =
      odd < 0.02 ? pick(badKeys) : odd < 0.06 ? pick(strangeKeys) : `item:${Math.floor(300 ** random())}`;
    return {
      timeMs,
      op:
        random() < 0.03
          ? pick(['PING', 'nonsense', ''])
          : pick(['read', 'GET', 'get', 'read', 'SET', 'delete']),
      key: Buffer.from(key),
      size:
        random() < 0.05
          ? pick(['', '-', 'null', '-5', '1.5', '9007199254740993'])
          : String(Math.floor(random() * 5000)),
    };
  });
}

/** The rows as a log in CSV. */
export function csvOf(
  rows: readonly EventRow[],
  timeText = ({ timeMs }: EventRow) => String(timeMs),
): Buffer {
  const lines = rows.map((row) =>
    Buffer.concat([
      Buffer.from(`"${timeText(row)}","${row.op}","`),
      Buffer.from((row.key ?? Buffer.alloc(0)).toString('latin1').replaceAll('"', '""'), 'latin1'),
      Buffer.from(`","${row.size}"\n`),
    ]),
  );
  return Buffer.concat([Buffer.from('time,op,key,size\n'), ...lines]);
}

/** The rows as ClickHouse's TabSeparated. */
export function tsvOf(
  rows: readonly EventRow[],
  timeText = ({ timeMs }: EventRow) => String(timeMs),
): Buffer {
  return Buffer.concat(
    rows.map((row) =>
      Buffer.concat([
        Buffer.from(`${timeText(row)}\t${row.op}\t`),
        row.key === null ? Buffer.from('\\N') : Buffer.from(escaped(row.key.toString('latin1')), 'latin1'),
        Buffer.from(`\t${row.size}\n`),
      ]),
    ),
  );
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\0', '\\0');
}
