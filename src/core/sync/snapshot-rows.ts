import type { AgentClient, Reply } from '../agent/client.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { Pipeline } from './pipeline.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import type { RoundsBetween } from './rounds-between.ts';
import type { Donor } from './run.ts';

/**
 * Sends all rows that did not go ahead, chunk by chunk in scan order, from where the donor was told to go on; with rounds of the
 * Delta Log between chunks where `rounds` brings some.
 */
export async function sendSnapshot(options: {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  readBack: ReadBack;
  signal: AbortSignal;
  rounds?: RoundsBetween | undefined;
}): Promise<void> {
  const { lead, joiner, emit, pace, readBack, signal, rounds } = options;
  const pipeline = new Pipeline(lead.agent, joiner);
  let done = false;
  emit({ type: 'donor', donor: lead.name, state: 'reading' });
  await pump<Reply<'snapshot.next'> | { deliver(): Promise<void> }>({
    depth: pipeline.depth,
    signal,
    next: () => {
      if (done) return undefined;
      if (rounds?.isDue()) return rounds.ask();
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
    deliver: async (sent) => {
      if ('deliver' in sent) return sent.deliver();
      const { result, parts, wireBytes } = sent;
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
