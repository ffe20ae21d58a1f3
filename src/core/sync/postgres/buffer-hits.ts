import { AgentClient } from '../../agent/client.ts';
import { parseTableName } from '../../store/postgres/sql.ts';
import { connectAgent } from '../../transport/connect.ts';
import type { JoinerSpec } from '../refusals.ts';

/** How often pages of a replica's table and its indexes were asked for, and found in the buffers of its server, since its run was over. What replication does there counts too. */
export interface BufferHits {
  sinceMs: number;
  hits: number;
  reads: number;
}

/** What a run noted when it was over. */
export interface BufferStart {
  atMs: number;
  tableId: number;
  hits: number;
  reads: number;
}

const answerMs = 10_000;

/** Asks the joiner's server. Undefined where another table is in the place by now; rejects where it cannot be reached in ten seconds. */
export async function bufferHitsSince(
  start: BufferStart,
  { joiner, table, signal }: { joiner: JoinerSpec; table: string; signal: AbortSignal },
): Promise<BufferHits | undefined> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const channel = await connectAgent(joiner.host, {
    signal: ends,
    interactive: false,
    onProgress: () => undefined,
  });
  const agent = new AgentClient(joiner.name, channel, answerMs);
  try {
    const { result } = await agent.call('pg.buffers', {
      ...{ url: joiner.store.path, table: parseTableName(table) },
    });
    const { use } = result;
    if (!use || use.tableId !== start.tableId) return undefined;
    // A server that was stopped hard, or was told to, counts from nothing again.
    const isAnew = use.hits < start.hits || use.reads < start.reads;
    return {
      sinceMs: start.atMs,
      hits: use.hits - (isAnew ? 0 : start.hits),
      reads: use.reads - (isAnew ? 0 : start.reads),
    };
  } finally {
    await agent.close();
  }
}
