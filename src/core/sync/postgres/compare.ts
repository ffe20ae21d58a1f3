import type { AgentClient } from '../../agent/client.ts';
import { compress, decompress } from '../../agent/compression.ts';
import { decodeKeyTexts, encodeKeyTexts } from '../../agent/key-texts.ts';
import type { Wait } from '../../clock.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { pump } from '../pump.ts';
import { applyUpTo } from './apply-changes.ts';
import type { Drain } from './drain.ts';
import type { ProvenCopy } from './proven-copy.ts';
import { Ranges, sentRange } from './ranges.ts';

export const digestLanes = [3, 4] as const;
const rangeRows = 50_000;
export const keysAtOnce = 20_000;

export interface VerifyOptions {
  lead: AgentClient;
  joiner: AgentClient;
  drain: Drain;
  keyColumns: number;
  rowsEstimate: number;
  /** What a copy of this very run has proven already. */
  proven: ProvenCopy | undefined;
  emit: Emit;
  pace: Pace;
  wait: Wait;
  signal: AbortSignal;
}

export interface Told {
  ranges: number;
  rows: number;
  differences: number;
  repairedRows: number;
}

export interface Differing {
  /** Keys whose rows differ though nothing has changed them, as far as is known. */
  untouched: string[][];
  touched: string[][];
}

export type RangeSource = Pick<Ranges, 'isOver' | 'next'>;

export function allOf({ lead, keyColumns }: VerifyOptions): RangeSource {
  return new Ranges(lead, { keyColumns, rows: () => rangeRows }, { n: 0, after: undefined });
}

export function listed(ranges: readonly KeyRange[]): RangeSource {
  let n = 0;
  return {
    get isOver() {
      return n >= ranges.length;
    },
    next: async () => {
      const range = ranges[n];
      return range && { n: n++, range };
    },
  };
}

export function add(all: Differing, { untouched, touched }: Differing): void {
  all.untouched = [...all.untouched, ...untouched];
  all.touched = [...all.touched, ...touched];
}

export async function compareRanges(
  ranges: RangeSource,
  options: VerifyOptions,
  told: Told,
): Promise<Differing> {
  const { lead, joiner, emit, pace, signal, rowsEstimate } = options;
  const found: Differing = { untouched: [], touched: [] };
  let turn = 0;
  await pump({
    depth: 3,
    signal,
    next: () =>
      ranges.isOver
        ? undefined
        : ranges.next().then(async (next) => {
            if (!next) return undefined;
            await pace.unpaused(signal);
            const lane = digestLanes[turn++ % digestLanes.length] as number;
            const { result } = await lead.call('pg.range.digest', { lane, range: sentRange(next.range) });
            return { range: next.range, theirs: result };
          }),
    deliver: async (read) => {
      if (!read) return;
      const { range, theirs } = read;
      await applyUpTo(theirs.at, options);
      const { result: ours } = await joiner.call('pg.joiner.digest', { range: sentRange(range) });
      told.ranges += 1;
      told.rows += theirs.rows;
      emit({
        type: 'progress',
        phase: 'verify',
        share: Math.min(0.999, told.rows / Math.max(1, rowsEstimate)),
      });
      if (ours.rows === theirs.rows && ours.sum === theirs.sum) return;
      add(found, await compareRange(range, options));
    },
  });
  return found;
}

async function compareRange(range: KeyRange, options: VerifyOptions): Promise<Differing> {
  const { lead, joiner } = options;
  const { result, parts } = await lead.call('pg.range.hashes', {
    lane: digestLanes[0],
    range: sentRange(range),
  });
  await applyUpTo(result.at, options);
  return differingOf(await joiner.call('pg.joiner.compare', { range: sentRange(range) }, parts), options);
}

export async function compareKeys(
  keys: readonly string[][],
  options: VerifyOptions,
  { applies = true } = {},
): Promise<Differing> {
  const { lead, joiner } = options;
  const found: Differing = { untouched: [], touched: [] };
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const some = encodeKeyTexts(keys.slice(from, from + keysAtOnce));
    const { result, parts } = await lead.call('pg.range.hashes', { lane: digestLanes[0] }, [
      await compress(some),
    ]);
    if (applies) await applyUpTo(result.at, options);
    const [lines = Buffer.alloc(0)] = parts;
    const reply = await joiner.call('pg.joiner.compare', {}, [lines, await compress(some)]);
    add(found, await differingOf(reply, options));
  }
  return found;
}

async function differingOf(
  { parts }: { parts: Buffer[] },
  { keyColumns }: VerifyOptions,
): Promise<Differing> {
  const lists = await Promise.all(
    parts.map(async (part) => decodeKeyTexts(await decompress(part), keyColumns)),
  );
  return { untouched: lists[0] ?? [], touched: lists[1] ?? [] };
}
