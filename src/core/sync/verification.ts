import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import { outpaced } from './delta-rounds.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import type { Donor } from './run.ts';

type Range = NonNullable<Result<'verify.next'>['range']>;

interface Tally {
  ranges: number;
  rows: number;
  differences: number;
  repairedRows: number;
}

interface Sides {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  readBack: ReadBack;
  pace: Pace;
  signal: AbortSignal;
}

/** Digests are small: as many may be under way as keep the longest link busy. */
const depth = 12;

/** Verifying rounds after which writers are too fast to ever be caught up with. */
const maxRechecks = 1000;

/**
 * Compares all of the table, unless all of it was compared while it was written and the donor is as it was then, range by range: the donor's digest at a watermark against the joiner's in the transaction
 * that reaches that watermark. What differs is repaired. Keys that changed meanwhile are compared again, key by key, until one
 * round holds all of them; the transaction that applies it puts the joiner in sync. Returns the watermark of that moment.
 */
export async function verifyAll(sides: Sides): Promise<{ watermark: number; rows: number }> {
  const tally: Tally = { ranges: 0, rows: 0, differences: 0, repairedRows: 0 };
  const { readBack } = sides;
  if (await isProven(sides)) {
    tally.ranges = readBack.chunks;
    tally.rows = readBack.rows;
  } else for (const range of await compareRanges(sides, tally)) await repair(sides, range, tally);
  const watermark = await recheckChanged(sides, tally);
  sides.emit({ type: 'verified', ...tally });
  return { watermark, rows: tally.rows };
}

/** All rows were compared as they were written, the lead is as it was then, and neither side has a row that the other has not. */
async function isProven({ lead, joiner, readBack }: Sides): Promise<boolean> {
  const [{ result: begun }, { result: held }] = await Promise.all([
    lead.agent.call('verify.begin', { count: readBack.holds }),
    readBack.holds ? joiner.call('joiner.count', {}) : { result: { rows: undefined } },
  ]);
  return readBack.holds && begun.quiet && begun.rows === readBack.rows && held.rows === readBack.rows;
}

async function compareRanges({ lead, joiner, emit, pace, signal }: Sides, tally: Tally): Promise<Range[]> {
  const differing: Range[] = [];
  let done = false;
  const ask = async () => {
    await pace.unpaused(signal);
    const reply = await lead.agent.call('verify.next', {
      targetBytes: pace.rangeBytes,
      ...pace.deltaLimits,
    });
    done ||= reply.result.done;
    return reply;
  };
  await pump({
    depth,
    signal,
    next: () => (done ? undefined : ask()),
    deliver: async ({ result: { tail, range }, parts }) => {
      tellTail(emit, lead, tail, parts[0]);
      if (!range) {
        await joiner.call('joiner.delta', { watermark: tail.watermark }, parts);
        return;
      }
      const compared = await joiner.call(
        'joiner.verify',
        { watermark: tail.watermark, range: { from: range.from, to: range.to }, digest: range.digest },
        parts,
      );
      tally.ranges++;
      tally.rows += range.rows;
      if (!compared.result.same) differing.push(range);
      emit({ type: 'progress', phase: 'verify', share: range.share });
    },
  });
  return differing;
}

async function repair(
  { lead, joiner, emit, pace, signal }: Sides,
  { from, to }: Range,
  tally: Tally,
): Promise<void> {
  for (;;) {
    await pace.unpaused(signal);
    signal.throwIfAborted();
    const { result, parts, wireBytes } = await lead.agent.call('range.read', {
      range: { from, to },
      ...pace.deltaLimits,
    });
    const { watermark } = result.tail;
    if (result.digest === undefined) {
      await joiner.call('joiner.delta', { watermark }, parts);
      continue;
    }
    const { result: repaired } = await joiner.call(
      'joiner.repair',
      { watermark, range: { from, to }, digest: result.digest },
      parts,
    );
    if (!repaired.same) throw unequal(lead.name);
    if (repaired.differences === 0) return;
    tally.differences++;
    tally.repairedRows += repaired.differences;
    emit({
      type: 'rows',
      kind: 'repair',
      donor: lead.name,
      rows: repaired.differences,
      rawBytes: 0,
      wireBytes,
    });
    emit({
      type: 'note',
      level: 'warning',
      text: `${repaired.differences} rows differed and were sent again.`,
    });
    return;
  }
}

async function recheckChanged({ lead, joiner, emit, pace, signal }: Sides, tally: Tally): Promise<number> {
  let waiting = 0;
  for (let round = 1; round <= maxRechecks; round++) {
    await pace.unpaused(signal);
    signal.throwIfAborted();
    const { result, parts } = await lead.agent.call('recheck.next', pace.deltaLimits);
    const { tail, recheck } = result;
    tellTail(emit, lead, tail, parts[0]);
    waiting = tail.backlog + (recheck?.keys ?? 0);
    if (!recheck) {
      await joiner.call('joiner.delta', { watermark: tail.watermark }, parts);
      continue;
    }
    const { digest, complete, lastRowid } = recheck;
    const { result: compared } = await joiner.call(
      'joiner.recheck',
      { watermark: tail.watermark, digest, complete, lastRowid },
      parts,
    );
    if (compared.differences > 0) {
      tally.differences++;
      tally.repairedRows += compared.differences;
      emit({
        type: 'note',
        level: 'warning',
        text: `${compared.differences} changed rows differed and were sent again.`,
      });
    }
    if (complete) return tail.watermark;
  }
  throw outpaced(lead.name, waiting);
}

/** Changes travel with verification too. */
function tellTail(emit: Emit, lead: Donor, tail: Result<'delta.next'>, part: Buffer | undefined): void {
  if (tail.keys === 0) return;
  const wireBytes = part?.length ?? 0;
  emit({
    type: 'rows',
    kind: 'delta',
    donor: lead.name,
    rows: tail.keys,
    rawBytes: tail.rawBytes,
    wireBytes,
  });
}

function unequal(lead: string): ForesyncError {
  return new ForesyncError(
    'verification',
    'joiner-unequal',
    `The joiner could not be made equal to ${printable(lead)}.`,
    {
      hint: 'Check the disks of both hosts, then run the same command again with --restart.',
    },
  );
}
