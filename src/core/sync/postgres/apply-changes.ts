import type { AgentClient } from '../../agent/client.ts';
import type { Emit } from '../events.ts';
import type { Drain } from './drain.ts';

export interface ApplySides {
  lead: AgentClient;
  joiner: AgentClient;
  emit: Emit;
}

/** The joiner then has what was committed at the donor before a position, and, as far as that can be had, nothing else. */
export async function applyUpTo(at: number, sides: ApplySides & { drain: Drain }): Promise<void> {
  while (sides.drain.spooledTo < at) {
    const more = sides.drain.more();
    more.catch(() => undefined);
    await applyAll(sides, at);
    await more;
  }
  await applyAll(sides, at);
}

/** Applies what is in the Delta Log. */
export async function applyAll(
  { lead, joiner, emit }: ApplySides,
  upTo?: number,
): Promise<{ changes: number }> {
  let changes = 0;
  for (let round = 1; ; round++) {
    const { result } = await joiner.call('pg.joiner.apply', upTo === undefined ? {} : { upTo });
    changes += result.changes;
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
