import type { AgentClient } from '../../agent/client.ts';
import { compress } from '../../agent/compression.ts';
import { encodeKeyTexts } from '../../agent/key-texts.ts';
import { keyTexts } from '../../store/postgres/row-keys.ts';
import type { Batch, Batches } from '../batches.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { pump } from '../pump.ts';
import { pipelineDepth } from '../run.ts';
import { copyLanes } from './copy-rows.ts';

export interface HotOptions {
  lead: AgentClient;
  joiner: AgentClient;
  keyColumns: number;
  batches: Batches;
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
  /** Ends it early, without an error: the snapshot brings what is left. */
  deadline: AbortSignal;
}

const maxBatchBytes = 64 << 20;

/** Sends the planned rows, best first, from the lead. Tells whether all were sent. */
export async function sendHotRows(options: HotOptions): Promise<{ complete: boolean }> {
  const { lead, joiner, batches, emit, pace, signal, deadline } = options;
  const waiting = bestFirst(batches);
  const [lane] = copyLanes;
  await pump({
    depth: pipelineDepth,
    signal,
    next: () => {
      const batch = deadline.aborted ? undefined : waiting.shift();
      return batch && readBatch(batch);
    },
    deliver: async ({ batch, reply }) => {
      await joiner.call('pg.joiner.rows', { keep: true }, reply.parts);
      const { rows, rawBytes } = reply.result;
      emit({
        ...{ type: 'rows', kind: 'hot', donor: lead.name, rows, rawBytes, wireBytes: reply.wireBytes },
        ...{ planKeys: rows, missingKeys: batch.keys.length - rows, expectedReads: batch.expectedReads },
      });
    },
  });
  return { complete: waiting.length === 0 };

  async function readBatch(batch: Batch) {
    const texts = batch.keys.flatMap((key) => {
      const one = keyTexts(key, options.keyColumns);
      return one ? [one] : [];
    });
    const part = await compress(encodeKeyTexts(texts));
    await pace.turn(signal);
    const reply = await lead.call('pg.keys.read', { lane, maxBytes: maxBatchBytes }, [part]);
    pace.sent(reply.wireBytes);
    return { batch, reply };
  }
}

/** Of all donors' shares in turn, so that the best of each come before the worst of any. */
export function bestFirst({ byDonor }: Batches): Batch[] {
  const shares = [...byDonor.values()];
  const longest = Math.max(0, ...shares.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) => shares.flatMap((share) => share[place] ?? [])).flat();
}
