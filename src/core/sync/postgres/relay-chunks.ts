import type { AgentClient, Reply } from '../../agent/client.ts';
import { maxRowBytes, rowTooLarge } from '../../store/postgres/read-rows.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import type { Pace } from '../pace.ts';
import { Pipeline } from '../pipeline.ts';
import { pump } from '../pump.ts';
import { carryParts, firstPartRows, maxChunkBytes } from './carry-parts.ts';
import type { ChunkWay, CopyRun } from './chunk-way.ts';
import { sentRange } from './ranges.ts';

const chunksAhead = 2;
/** Of zstd: it takes hardly longer than to copy. */
const unpackedLevel = 1;

/** Chunks go from the donor's agent through the operator to the joiner's. */
export const relayChunks: ChunkWay = {
  chunkBytes: (pace) => pace.chunkBytes,
  carry: (lane, run) =>
    relayAlong(lane, {
      ...run,
      pipeline: new Pipeline(run.lead, run.joiner),
      depth: run.isCramped ? 2 * chunksAhead : chunksAhead,
    }),
};

interface RelayRun extends CopyRun {
  pipeline: Pipeline;
  depth: number;
}

async function relayAlong(lane: number, run: RelayRun): Promise<void> {
  await pump<Read | undefined>({
    depth: run.depth,
    signal: run.signal,
    next: () => (run.ranges.isOver ? undefined : readNext(lane, run)),
    deliver: async (read) => {
      if (!read) return;
      run.pipeline.arrived();
      if (!(await put(read, lane, run))) await putParts(read, lane, run);
      run.between.left();
    },
  });
}

interface Read {
  /** Its place among all chunks; none of a part of one. */
  n: number | undefined;
  range: KeyRange;
  reply: Reply<'pg.range.read'>;
}

async function readNext(lane: number, run: RelayRun): Promise<Read | undefined> {
  const { pace, signal, pipeline, size } = run;
  const next = await run.ranges.next();
  if (!next) return undefined;
  await pace.turn(signal);
  await run.between.enter(signal);
  // Nothing is gained by packing what never leaves the machine.
  const level = run.isLocal && pace.limit === undefined ? unpackedLevel : pipeline.level;
  const expected = Math.max(pace.chunkBytes, size.rowBytes);
  const reply = await readRange(next.range, lane, { ...run, expected, level, maxBytes: maxChunkBytes });
  return { ...next, reply };
}

async function readRange(
  range: KeyRange,
  lane: number,
  {
    lead,
    pace,
    level,
    expected,
    maxBytes,
  }: { lead: AgentClient; pace: Pace; level?: number; expected: number; maxBytes: number },
) {
  const reply = await lead.call('pg.range.read', {
    ...{ lane, range: sentRange(range), maxBytes },
    expectedBytes: Math.min(maxBytes, Math.round(expected * 1.25)),
    ...(level !== undefined && { level }),
  });
  pace.sent(reply.wireBytes);
  return reply;
}

/** Tells whether it was no more than fits. */
async function put({ n, range, reply }: Read, lane: number, run: RelayRun): Promise<boolean> {
  const { digest, rows, rawBytes } = reply.result;
  if (!digest) return false;
  const { result } = await run.joiner.call(
    'pg.joiner.chunk',
    { lane, range: sentRange(range), digest, ...(n !== undefined && { n }) },
    reply.parts,
  );
  run.arrived(range, { rows, rawBytes, wireBytes: reply.wireBytes, proven: result.proven });
  return true;
}

async function putParts(read: Read, lane: number, run: RelayRun): Promise<void> {
  const rowsEach = firstPartRows({ chunkBytes: run.pace.chunkBytes, rowBytes: run.rowBytes });
  await carryParts(read, rowsEach, run, async ({ n, range, isOneRow }) => {
    const maxBytes = isOneRow ? maxRowBytes : maxChunkBytes;
    const reply = await readRange(range, lane, { ...run, expected: 1 << 20, maxBytes });
    const isThere = await put({ n, range, reply }, lane, run);
    if (!isThere && isOneRow) throw rowTooLarge();
    return isThere;
  });
}
