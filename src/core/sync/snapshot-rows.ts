import type { AgentClient } from '../agent/client.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { Pipeline } from './pipeline.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import type { Donor } from './run.ts';

/** Sends all rows that did not go ahead, chunk by chunk in scan order, from where the donor was told to go on. */
export async function sendSnapshot(options: {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  readBack: ReadBack;
  signal: AbortSignal;
}): Promise<void> {
  const { lead, joiner, emit, pace, readBack, signal } = options;
  const pipeline = new Pipeline(lead.agent, joiner);
  let done = false;
  emit({ type: 'donor', donor: lead.name, state: 'reading' });
  await pump({
    depth: pipeline.depth,
    signal,
    next: () => {
      if (done) return undefined;
      return pace.turn(signal).then(async () => {
        const reply = await lead.agent.call('snapshot.next', {
          targetBytes: pace.chunkBytes,
          level: pipeline.level,
        });
        pipeline.arrived();
        pace.sent(reply.wireBytes);
        if (reply.result.to === undefined) done = true;
        return reply;
      });
    },
    deliver: async ({ result, parts, wireBytes }) => {
      const [rows] = parts;
      // Asked for before it was known that the table had ended.
      if (!rows) return;
      const compare = readBack.holds && result.quiet;
      const { result: stored } = await joiner.call('joiner.snapshot', { to: result.to, compare }, [rows]);
      readBack.take(stored);
      emit({
        type: 'rows',
        kind: 'snapshot',
        donor: lead.name,
        rows: result.rows,
        rawBytes: result.rawBytes,
        wireBytes,
      });
      emit({ type: 'progress', phase: 'snapshot', share: result.share });
      emit({ type: 'backlog', keys: result.backlog, round: 0 });
    },
  });
}
