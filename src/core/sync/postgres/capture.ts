import { hash } from 'node:crypto';
import type { AgentClient } from '../../agent/client.ts';
import type { Result } from '../../agent/protocol.ts';
import type { Wait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import type { ReplicaGroup } from '../../group/config.ts';
import { hostLabel } from '../../group/host.ts';
import type { Emit } from '../events.ts';
import type { JoinerSpec } from '../refusals.ts';

/** Slot, publication and all that is built for a joiner go by this: whichever run builds it, the same command finds it again. */
export function captureIdOf(
  group: Pick<ReplicaGroup, 'name' | 'table'>,
  { name, host, store }: JoinerSpec,
): string {
  return hash('sha256', [group.name, group.table, name, hostLabel(host), store.path].join('\0'), 'hex').slice(
    0,
    16,
  );
}

export type Slot = NonNullable<Result<'pg.capture.look'>['slot']>;

const pollMs = 100;
const mostPollMs = 1000;
const tellAfterMs = 3000;

/** Waits until all transactions are over that wrote when this was called: a commit that waits for a standby may be seen later than its place in the WAL. */
export async function settled(
  lead: AgentClient,
  { below, wait, signal, emit }: { below: string; wait: Wait; signal: AbortSignal; emit: Emit },
): Promise<void> {
  let waitedMs = 0;
  for (let delayMs = pollMs; ; delayMs = Math.min(mostPollMs, delayMs * 2)) {
    const { result } = await lead.call('pg.capture.over', { below });
    if (result.over) return;
    if (waitedMs < tellAfterMs && waitedMs + delayMs >= tellAfterMs)
      emit({ type: 'note', level: 'info', text: `Waiting for transactions that write at ${lead.name}.` });
    await wait(delayMs, signal);
    signal.throwIfAborted();
    waitedMs += delayMs;
  }
}

export function slotGone(): ForesyncError {
  return new ForesyncError(
    'verification',
    'slot-gone',
    'The slot is gone that the subscription was to go on with.',
    {
      hint: '--restart --replace begins anew.',
    },
  );
}
