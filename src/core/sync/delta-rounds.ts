import type { AgentClient } from '../agent/client.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { type Donor, deltaLimits } from './run.ts';

/** A round ends when the joiner has all that was in the log when it was asked last. */
const maxRoundsWithoutGain = 100;

/**
 * Applies the Delta Log round by round until the joiner is at the log's end at one moment. Rounds travel in chunks,
 * each read in its own short transaction. Gives up, resumable, where the log does not shrink over many rounds.
 */
export async function applyDelta(options: {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
}): Promise<void> {
  const { lead, joiner, emit, pace, signal } = options;
  let smallest = Number.POSITIVE_INFINITY;
  let withoutGain = 0;
  for (let round = 1; ; round++) {
    await pace.turn(signal);
    signal.throwIfAborted();
    const { result, parts, wireBytes } = await lead.agent.call('delta.next', deltaLimits);
    pace.sent(wireBytes);
    if (result.keys > 0) {
      const { result: applied } = await joiner.call('joiner.delta', { watermark: result.watermark }, parts);
      emit({
        type: 'rows',
        kind: 'delta',
        donor: lead.name,
        rows: result.keys,
        rawBytes: result.rawBytes,
        wireBytes,
      });
      if (applied.rows > result.keys)
        emit({ type: 'note', level: 'warning', text: `${applied.rows} rows share ${result.keys} keys.` });
    }
    emit({ type: 'backlog', keys: result.backlog, round });
    if (result.complete) return;
    withoutGain = result.backlog < smallest ? 0 : withoutGain + 1;
    smallest = Math.min(smallest, result.backlog);
    if (withoutGain >= maxRoundsWithoutGain) throw outpaced(lead.name, result.backlog);
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
