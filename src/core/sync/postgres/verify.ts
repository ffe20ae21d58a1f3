import type { AgentClient } from '../../agent/client.ts';
import { compress, decompress } from '../../agent/compression.ts';
import { decodeKeyTexts, encodeKeyTexts } from '../../agent/key-texts.ts';
import type { Wait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { pump } from '../pump.ts';
import { settled } from './capture.ts';
import type { Drain } from './drain.ts';
import { KnownRanges, Ranges, sentRange } from './ranges.ts';

const digestLanes = [3, 4] as const;
const rangeRows = 50_000;
/** Rounds in which the same keys differ although nothing changes them, before their rows are sent again. */
const keysAtOnce = 20_000;

export interface VerifyOptions {
  lead: AgentClient;
  joiner: AgentClient;
  drain: Drain;
  keyColumns: number;
  rowsEstimate: number;
  /** Where a copy of this very run has cut the table; none where it goes on with an earlier one's. */
  cuts: readonly (readonly string[])[] | undefined;
  emit: Emit;
  pace: Pace;
  wait: Wait;
  signal: AbortSignal;
}

/**
 * Compares all of both tables, range by range. Where a digest differs the rows are compared one by one; a row that the stream has changed meanwhile is looked at
 * again, one that it has not is sent once more, counted, and looked at again too. Resolves when nothing differs any longer.
 */
export async function verifyAll(options: VerifyOptions): Promise<{ rows: number }> {
  const { joiner, emit, signal } = options;
  await joiner.call('pg.joiner.watch', {});
  const told = { ranges: 0, rows: 0, differences: 0, repairedRows: 0 };
  let differing = await compareRanges(options, told);
  while (differing.touched.length + differing.untouched.length > 0) {
    signal.throwIfAborted();
    if (differing.untouched.length > 0) differing = await confirmed(differing, options);
    if (differing.untouched.length > 0) await repair(differing.untouched, options, told);
    differing = await compareKeys([...differing.untouched, ...differing.touched], options);
  }
  emit({ type: 'verified', ...told });
  return { rows: told.rows };
}

interface Differing {
  /** Keys whose rows differ though nothing has changed them, as far as is known. */
  untouched: string[][];
  touched: string[][];
}

/** What was seen to differ may be a commit that nobody sees yet. It is real where it still differs when all that were under way are over. */
async function confirmed(differing: Differing, options: VerifyOptions): Promise<Differing> {
  const { lead } = options;
  const { result } = await lead.call('pg.capture.under-way', {});
  await settled(lead, { ...options, below: result.below });
  const again = await compareKeys([...differing.untouched, ...differing.touched], options);
  const before = new Set(differing.untouched.map((key) => JSON.stringify(key)));
  const isReal = (key: string[]) => before.has(JSON.stringify(key));
  return {
    untouched: again.untouched.filter(isReal),
    touched: [...again.touched, ...again.untouched.filter((key) => !isReal(key))],
  };
}

async function compareRanges(
  options: VerifyOptions,
  told: { ranges: number; rows: number; differences: number; repairedRows: number },
): Promise<Differing> {
  const { lead, joiner, keyColumns, emit, pace, signal, rowsEstimate } = options;
  const found: Differing = { untouched: [], touched: [] };
  const ranges = options.cuts
    ? new KnownRanges(options.cuts)
    : new Ranges(lead, { keyColumns, rows: () => rangeRows }, { n: 0, after: undefined });
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
      const { untouched, touched } = await compareRange(range, options);
      found.untouched.push(...untouched);
      found.touched.push(...touched);
    },
  });
  emit({ type: 'progress', phase: 'verify', share: 1 });
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

async function compareKeys(keys: readonly string[][], options: VerifyOptions): Promise<Differing> {
  const { lead, joiner } = options;
  const found: Differing = { untouched: [], touched: [] };
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const some = encodeKeyTexts(keys.slice(from, from + keysAtOnce));
    const { result, parts } = await lead.call('pg.range.hashes', { lane: digestLanes[0] }, [
      await compress(some),
    ]);
    await applyUpTo(result.at, options);
    const [lines = Buffer.alloc(0)] = parts;
    const reply = await joiner.call('pg.joiner.compare', {}, [lines, await compress(some)]);
    const { untouched, touched } = await differingOf(reply, options);
    found.untouched.push(...untouched);
    found.touched.push(...touched);
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

/** Rows of the donor take the places of those that differ; what it does not have goes. */
async function repair(
  keys: string[][],
  { lead, joiner, emit, pace }: VerifyOptions,
  told: { differences: number; repairedRows: number },
): Promise<void> {
  told.differences += keys.length;
  for (let from = 0; from < keys.length; from += 500) {
    const some = encodeKeyTexts(keys.slice(from, from + 500));
    const { result, parts, wireBytes } = await lead.call(
      'pg.keys.read',
      { lane: digestLanes[0], maxBytes: 64 << 20 },
      [await compress(some)],
    );
    pace.sent(wireBytes);
    await joiner.call('pg.joiner.remove', {}, [await compress(some)]);
    await joiner.call('pg.joiner.rows', { keep: true }, parts);
    told.repairedRows += result.rows;
    emit({
      type: 'rows',
      kind: 'repair',
      donor: lead.name,
      rows: result.rows,
      rawBytes: result.rawBytes,
      wireBytes,
    });
  }
  if (told.differences > keysAtOnce * 50)
    throw new ForesyncError(
      'verification',
      'differs',
      'Both tables differ in more rows than a copy may get wrong.',
    );
}

export type ApplySides = Pick<VerifyOptions, 'lead' | 'joiner' | 'emit' | 'drain'>;

/** The joiner then has what was committed at the donor before a position, and, as far as that can be had, nothing else. */
export async function applyUpTo(at: number, sides: ApplySides): Promise<void> {
  const { drain } = sides;
  await drain.whileApplying(async () => {
    while (drain.spooledTo < at) {
      const more = drain.more();
      more.catch(() => undefined);
      await applyAll(sides, at);
      await more;
    }
    await applyAll(sides, at);
  });
}

/** Brings the joiner to where the donor is now. */
export async function catchUp(sides: ApplySides): Promise<void> {
  const { result } = await sides.lead.call('pg.position', { lane: digestLanes[0] });
  await applyUpTo(result.at, sides);
}

/** Applies what is in the Delta Log. */
export async function applyAll(sides: ApplySides, upTo?: number): Promise<{ changes: number }> {
  return sides.drain.whileApplying(() => applyBatches(sides, upTo));
}

async function applyBatches(
  { lead, joiner, emit, drain }: ApplySides,
  upTo: number | undefined,
): Promise<{ changes: number }> {
  let changes = 0;
  for (let round = 1; ; round++) {
    const { result } = await joiner.call('pg.joiner.apply', upTo === undefined ? {} : { upTo });
    changes += result.changes;
    drain.applied(result.pendingBytes);
    if (result.changes > 0) {
      emit({
        type: 'rows',
        kind: 'delta',
        donor: lead.name,
        rows: result.changes,
        rawBytes: 0,
        wireBytes: 0,
      });
      emit({ type: 'backlog', keys: 0, round });
    }
    if (result.complete) return { changes };
  }
}
