import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '../support/random.ts';

/** What a trace's keys are, and how exact its times are: events of one moment are spread over as much. */
const known: Record<string, { what: string; resolutionMs: number }> = {
  online_retail: { what: "a shop's invoice lines, by stock code", resolutionMs: 60_000 },
  nasa_day: { what: "a web server's pages, by URL", resolutionMs: 1000 },
  bpi2012: { what: "a bank's loan applications and clerks", resolutionMs: 1 },
  erddap: { what: "an ocean-data server's files, by path", resolutionMs: 1000 },
  cloudphysics: { what: "a virtual disk's blocks", resolutionMs: 1 },
};
export const traceNames = Object.keys(known);

const hourMs = 3_600_000;

export interface Read {
  /** From the origin, in the trace's own time. */
  atMs: number;
  row: number;
}

/** A trace on both sides of an origin, its keys as rows of a table. */
export interface Trace {
  name: string;
  what: string;
  originMs: number;
  keys: number;
  /** Up to the origin, as an access log's lines: time, operation, key. */
  past: string[];
  /** After the origin, in order. Keys that a write brings into being after it are left out: the table has no such row yet. */
  reads: Read[];
}

interface Event {
  timeMs: number;
  op: string;
  key: string;
}

/** The folder of traces: FORESYNC_TRACES, or beside the checkout. Throws where there is none. */
export function traceFolder(): string {
  const beside = fileURLToPath(new URL('../../../shared/traces', import.meta.url));
  const folder = path.resolve(process.env.FORESYNC_TRACES ?? beside);
  if (existsSync(folder)) return folder;
  throw new Error(
    `There is no ${folder}. It holds the access logs that this bench replays, which are no part of foresync; name its place with FORESYNC_TRACES.`,
  );
}

/** `NAME.tsv.gz` of a folder; the origin is where the busiest hour of the trace's second half begins. Keys become rows anywhere in the table, by the seed. */
export function readTrace(
  name: string,
  { folder, rows, seed }: { folder: string; rows: number; seed: number },
): Trace {
  const { what, resolutionMs } = known[name] ?? { what: name, resolutionMs: 1 };
  const events = eventsOf(path.join(folder, `${name}.tsv.gz`), resolutionMs);
  const originMs = busiestHour(events);
  const rowOf = scattered(events, { rows, seed });
  const born = bornAfter(events, originMs);
  const past: string[] = [];
  const reads: Read[] = [];
  for (const { timeMs, op, key } of events) {
    const row = rowOf.get(key) as number;
    if (timeMs <= originMs) past.push(`${timeMs},${op},${row}`);
    else if (op === 'read' && !born.has(key)) reads.push({ atMs: timeMs - originMs, row });
  }
  return { name, what, originMs, keys: rowOf.size, past, reads };
}

function eventsOf(file: string, resolutionMs: number): Event[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  const events = lines
    .filter((line) => line !== '')
    .map((line): Event => {
      const [time = '', op = '', key = ''] = line.split('\t');
      return { timeMs: Number(time), op, key };
    });
  for (let from = 0; from < events.length; ) {
    const { timeMs = 0 } = events[from] ?? {};
    let to = from + 1;
    while (events[to]?.timeMs === timeMs) to++;
    events.slice(from, to).forEach((event, i) => {
      event.timeMs += Math.floor((resolutionMs * i) / (to - from));
    });
    from = to;
  }
  return events.sort((a, b) => a.timeMs - b.timeMs);
}

function busiestHour(events: readonly Event[]): number {
  const [firstMs = 0, lastMs = 0] = [events[0]?.timeMs, events.at(-1)?.timeMs];
  const readsIn = new Map<number, number>();
  for (const { timeMs, op } of events) {
    const hour = Math.floor(timeMs / hourMs);
    if (op === 'read' && hour * hourMs >= (firstMs + lastMs) / 2)
      readsIn.set(hour, (readsIn.get(hour) ?? 0) + 1);
  }
  const [busiest] = [...readsIn].toSorted((a, b) => b[1] - a[1]);
  if (!busiest) throw new Error('The trace has no full hour in its second half');
  return busiest[0] * hourMs;
}

function scattered(
  events: readonly Event[],
  { rows, seed }: { rows: number; seed: number },
): Map<string, number> {
  const random = seededRandom(seed);
  const taken = new Set<number>();
  const rowOf = new Map<string, number>();
  for (const { key } of events) {
    if (rowOf.has(key)) continue;
    if (taken.size >= rows) throw new Error(`The trace has more keys than the ${rows} rows of the table`);
    let row: number;
    do row = 1 + Math.floor(random() * rows);
    while (taken.has(row));
    taken.add(row);
    rowOf.set(key, row);
  }
  return rowOf;
}

function bornAfter(events: readonly Event[], originMs: number): Set<string> {
  const seen = new Set<string>();
  const born = new Set<string>();
  for (const { timeMs, op, key } of events) {
    if (seen.has(key)) continue;
    seen.add(key);
    if (timeMs > originMs && op === 'write') born.add(key);
  }
  return born;
}
