import { pump } from '../pump.ts';
import { type Carry, carryParts, firstPartRows, maxChunkBytes } from './carry-parts.ts';
import type { ChunkWay, CopyRun } from './chunk-way.ts';
import { sentRange } from './ranges.ts';

/** No rows are held in memory, so only how long a snapshot may be bounds a chunk: some hundredths of a second. */
const streamedBytes = 8 << 20;

/** The joiner's agent copies from server to server, and the operator tells it the ranges alone. */
export const fetchChunks: ChunkWay = {
  chunkBytes: ({ limit, chunkBytes }) =>
    limit === undefined ? Math.max(streamedBytes, chunkBytes) : chunkBytes,
  carry: fetchAlong,
};

/** One chunk is copied while the request for the next waits at the agent. */
async function fetchAlong(lane: number, run: CopyRun): Promise<void> {
  const { joiner, ranges, pace, between, signal } = run;
  const fetch: Carry = async ({ n, range, isOneRow }) => {
    await pace.turn(signal);
    await between.enter(signal);
    const { result } = await joiner.call('pg.joiner.fetch', {
      ...{ lane, range: sentRange(range) },
      ...(n !== undefined && { n }),
      ...(!isOneRow && { maxBytes: maxChunkBytes }),
    });
    between.left();
    pace.sent(result.rawBytes);
    if (result.tooLarge) return false;
    run.arrived(range, { ...result, wireBytes: result.rawBytes });
    return true;
  };
  await pump({
    depth: 2,
    signal,
    next: () =>
      ranges.isOver
        ? undefined
        : ranges.next().then(async (next) => {
            if (!next || (await fetch({ ...next, isOneRow: false }))) return undefined;
            return next;
          }),
    deliver: async (next) => {
      const sizes = { chunkBytes: pace.chunkBytes, rowBytes: run.rowBytes };
      if (next) await carryParts(next, firstPartRows(sizes), run, fetch);
    },
  });
}
