import type { AgentClient, Reply } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { type Donor, deltaLimits } from './run.ts';

/** A round ends when the joiner has all that was in the log when it was asked last. */
const maxRoundsWithoutGain = 100;

/** Both ends of the Delta Log, and what its rounds are told to and slowed down by. */
export interface DeltaSides {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
}

/** One chunk of the Delta Log, from the lead to the joiner, in a short transaction each. Asked for sooner where the signal trips. */
export async function applyRound(sides: DeltaSides): Promise<Result<'delta.next'>> {
  const reply = await askRound(sides);
  await deliverRound(sides, reply);
  return reply.result;
}

/** The first half of `applyRound`; what is asked for in the meantime must be delivered in the same order. */
export async function askRound({ lead, pace, signal }: DeltaSides): Promise<Reply<'delta.next'>> {
  await pace.turn(signal);
  const reply = await lead.agent.call('delta.next', deltaLimits);
  pace.sent(reply.wireBytes);
  return reply;
}

/** The second half of `applyRound`. */
export async function deliverRound(
  { lead, joiner, emit }: DeltaSides,
  { result, parts, wireBytes }: Reply<'delta.next'>,
): Promise<void> {
  if (result.keys === 0) return;
  const { watermark, lastRowid, complete, keys, rawBytes } = result;
  const position = { watermark, lastRowid, complete };
  const { result: applied } = await joiner.call('joiner.delta', position, parts);
  emit({ type: 'rows', kind: 'delta', donor: lead.name, rows: keys, rawBytes, wireBytes });
  if (applied.rows > keys)
    emit({ type: 'note', level: 'warning', text: `${applied.rows} rows share ${keys} keys.` });
}

/**
 * Applies the Delta Log round by round until the joiner is at the log's end at one moment. Rounds travel in chunks,
 * each read in its own short transaction. Gives up, resumable, where the log does not shrink over many rounds.
 */
export async function applyDelta(sides: DeltaSides): Promise<void> {
  const { lead, emit, signal } = sides;
  let smallest = Number.POSITIVE_INFINITY;
  let withoutGain = 0;
  for (let round = 1; ; round++) {
    signal.throwIfAborted();
    const { backlog, complete } = await applyRound(sides);
    emit({ type: 'backlog', keys: backlog, round });
    if (complete) return;
    withoutGain = backlog < smallest ? 0 : withoutGain + 1;
    smallest = Math.min(smallest, backlog);
    if (withoutGain >= maxRoundsWithoutGain) throw outpaced(lead.name, backlog);
  }
}

export function outpaced(donor: string, backlog: number): ForesyncError {
  return new ForesyncError(
    'stopped',
    'delta-outpaced',
    `Writers at ${printable(donor)} are faster than the joiner: ${backlog} changed keys wait, and they do not get fewer.`,
    {
      hint: 'Run the same command again when there are fewer writes.',
    },
  );
}
