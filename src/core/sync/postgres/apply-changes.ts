import type { AgentClient } from '../../agent/client.ts';
import type { Emit } from '../events.ts';
import type { Drain } from './drain.ts';

/** Of the donor. */
const positionLane = 3;

export interface ApplySides {
  lead: AgentClient;
  joiner: AgentClient;
  emit: Emit;
  drain: Drain;
}

/** The joiner then has what was committed at the donor before a position, and, as far as that can be had, nothing else. */
export async function applyUpTo(at: number, sides: ApplySides): Promise<void> {
  const { drain } = sides;
  await drain.whileApplying(async () => {
    while (drain.spooledTo < at) {
      const more = drain.more();
      more.catch(() => undefined);
      await applyAll(sides, at);
      drain.mustHaveRoom();
      await more;
    }
    await applyAll(sides, at);
  });
}

/** Brings the joiner to where the donor is now. */
export async function catchUp(sides: ApplySides): Promise<void> {
  await sides.drain.whileApplying(async () => {
    const { result } = await sides.lead.call('pg.position', { lane: positionLane });
    await applyUpTo(result.at, sides);
  });
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
