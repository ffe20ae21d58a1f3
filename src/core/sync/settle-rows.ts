import type { AgentClient } from '../agent/client.ts';
import { compress } from '../agent/compression.ts';
import { type Batch, batchPart, restOf } from './batches.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import { type Donor, pipelineDepth } from './run.ts';

/** Planned rows that a donor other than the lead gave and the joiner has. */
export interface GivenBatch {
  batch: Batch;
  /** Row digests of that donor, compressed, as they came. */
  digests: Buffer;
}

/** Has the lead compare what other donors gave, row by row, and puts its own rows in the place of those that differ. */
export async function settle(
  given: readonly GivenBatch[],
  {
    lead,
    joiner,
    emit,
    pace,
    readBack,
    signal,
  }: {
    lead: Donor;
    joiner: AgentClient;
    emit: Emit;
    pace: Pace;
    readBack: ReadBack;
    signal: AbortSignal;
  },
): Promise<void> {
  const queue = [...given];
  while (queue.length > 0) {
    await pump({
      depth: pipelineDepth,
      signal,
      next: () => {
        const next = queue.shift();
        return next && askLead(lead, next, pace, signal);
      },
      deliver: async ({ batch, reply: { result, parts, wireBytes } }) => {
        const rest = restOf(batch, result.keysRead);
        // Rows too large for one chunk: without digests the lead sends all that are left.
        if (rest) queue.push({ batch: rest, digests: await compress(Buffer.alloc(0)) });
        if (result.differing === 0) return;
        readBack.fail();
        await joiner.call('joiner.hot', { compare: false }, parts);
        const { rows, rawBytes } = result;
        emit({ type: 'rows', kind: 'repair', donor: lead.name, rows, rawBytes, wireBytes });
      },
    });
  }
}

async function askLead(lead: Donor, { batch, digests }: GivenBatch, pace: Pace, signal: AbortSignal) {
  const keys = await compress(batchPart(batch));
  await pace.turn(signal);
  const reply = await lead.agent.call('hot.settle', { maxBytes: pace.chunkBytes }, [keys, digests]);
  pace.sent(reply.wireBytes);
  return { batch, reply };
}
