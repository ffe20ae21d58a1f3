import type { AgentClient, Reply } from '../agent/client.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import type { RoundsBetween } from './rounds-between.ts';
import { type Donor, pipelineDepth } from './run.ts';

/**
 * Sends all rows that did not go ahead, chunk by chunk in scan order, from where the donor was told to go on; with rounds of the
 * Delta Log between chunks where `rounds` brings some.
 */
export async function sendSnapshot(options: {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
  rounds?: RoundsBetween | undefined;
}): Promise<void> {
  const { lead, joiner, emit, pace, signal, rounds } = options;
  let done = false;
  emit({ type: 'donor', donor: lead.name, state: 'reading' });
  await pump<Reply<'snapshot.next'> | { deliver(): Promise<void> }>({
    depth: pipelineDepth,
    signal,
    next: () => {
      if (done) return undefined;
      if (rounds?.isDue()) return rounds.ask();
      return pace.turn(signal).then(async () => {
        const reply = await lead.agent.call('snapshot.next', { targetBytes: pace.chunkBytes });
        pace.sent(reply.wireBytes);
        if (reply.result.to === undefined) done = true;
        return reply;
      });
    },
    deliver: async (sent) => {
      if ('deliver' in sent) return sent.deliver();
      const { result, parts, wireBytes } = sent;
      const [rows] = parts;
      // Asked for before it was known that the table had ended.
      if (!rows) return;
      await joiner.call('joiner.snapshot', { to: result.to }, [rows]);
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
