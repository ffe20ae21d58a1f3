import type { AgentClient, Reply } from '../agent/client.ts';
import type { DeltaBudget } from './delta-budget.ts';
import { applyRound, readRound } from './delta-rounds.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import { type Donor, pipelineDepth } from './run.ts';

type Sent = { kind: 'chunk'; reply: Reply<'snapshot.next'> } | { kind: 'round'; reply: Reply<'delta.next'> };

/**
 * Sends all rows that did not go ahead, chunk by chunk in scan order, from where the donor was told to go on. Where the
 * Delta Log is tight, rounds of it go between chunks.
 */
export async function sendSnapshot(options: {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  budget: DeltaBudget;
  signal: AbortSignal;
}): Promise<void> {
  const { lead, emit, pace, budget, signal } = options;
  let done = false;
  emit({ type: 'donor', donor: lead.name, state: 'reading' });
  await pump<Sent>({
    depth: pipelineDepth,
    signal,
    next: () => {
      if (done) return undefined;
      return pace.turn(signal).then(async () => {
        if (budget.next() === 'round') return { kind: 'round', reply: await readRound(options) };
        const reply = await lead.agent.call('snapshot.next', { targetBytes: pace.chunkBytes });
        pace.sent(reply.wireBytes);
        // Asked for when the table had ended, it has nothing to tell of the log.
        if (reply.parts.length > 0) budget.saw(reply.result.backlog);
        if (reply.result.to === undefined) done = true;
        return { kind: 'chunk', reply };
      });
    },
    deliver: async (sent) => {
      if (sent.kind === 'chunk') return applyChunk(sent.reply, options);
      await applyRound(sent.reply, options);
      emit({ type: 'backlog', keys: sent.reply.result.backlog, round: 0 });
    },
  });
}

async function applyChunk(
  { result, parts, wireBytes }: Reply<'snapshot.next'>,
  { lead, joiner, emit, budget }: { lead: Donor; joiner: AgentClient; emit: Emit; budget: DeltaBudget },
): Promise<void> {
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
  budget.progress(result.share);
}
