import { availableParallelism } from 'node:os';
import type { AgentClient } from '../../agent/client.ts';
import { ForesyncError } from '../../errors.ts';
import { formatBytes } from '../../format.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { Pipeline } from '../pipeline.ts';
import { pump } from '../pump.ts';
import type { ChangesBetween } from './changes-between.ts';
import { cutRange, type NumberedRange, Ranges, sentRange } from './ranges.ts';
import type { SqlServing } from './sql-serving.ts';

/** Connections at each side that read and write chunks; the lanes before are for the stream, for cutting and for what is applied. */
export const copyLanes = [3, 4] as const;
const chunksAhead = 2;
/** Of zstd: it takes hardly longer than to copy. */
const unpackedLevel = 1;
/** Of one chunk; past it the range is cut once more. */
const maxChunkBytes = 32 << 20;
/** A row of PostgreSQL's may be a gigabyte; of one so large as this, foresync says so. */
const maxRowBytes = 256 << 20;

export interface CopyOptions {
  lead: AgentClient;
  joiner: AgentClient;
  keyColumns: number;
  rowBytes: number;
  rowsEstimate: number;
  /** Told where the table is cut. */
  onCut: (cut: readonly string[]) => void;
  /** Lets chunks wait while changes are applied. */
  between: ChangesBetween;
  /** Both agents run on this machine. */
  isLocal: boolean;
  /** Has rows be seen in slices, where reads are answered meanwhile. */
  serving: SqlServing | undefined;
  /** Where an earlier run stopped. */
  from: { chunks: number; after: string[] | undefined };
  emit: Emit;
  pace: Pace;
  signal: AbortSignal;
}

/** Sends the whole table in chunks by ranges of its key, some side by side. Each is one statement at the donor, and one transaction at the joiner. */
export async function copyRows(options: CopyOptions): Promise<void> {
  const { lead, joiner, pace, signal, from, serving } = options;
  const size = { rowBytes: options.rowBytes };
  const rows = () => Math.max(1, pace.chunkBytes / size.rowBytes);
  const ranges = new Ranges(
    lead,
    { keyColumns: options.keyColumns, rows, onCut: options.onCut },
    { n: from.chunks, after: from.after },
  );
  const pipeline = new Pipeline(lead, joiner);
  const progress = { rows: 0 };
  // Two that write into one index cost a tenth more, where there is no processor for the second.
  const isCramped = options.isLocal && availableParallelism() <= 2;
  const someRows = async () => {
    const over = new AbortController();
    const stopped = AbortSignal.any([signal, over.signal]);
    const lanes = copyLanes.slice(0, isCramped ? 1 : undefined).map((lane) =>
      pump<Read | undefined>({
        depth: isCramped ? 2 * chunksAhead : chunksAhead,
        signal: stopped,
        next: () =>
          ranges.isOver || serving?.isDue
            ? undefined
            : readNext(ranges, lane, {
                ...{ ...options, pipeline, signal: stopped },
                expected: rows() * size.rowBytes,
              }),
        deliver: async (read) => {
          if (!read) return;
          pipeline.arrived();
          const sent = await put(read, lane, options);
          options.between.left();
          if (sent.rows > 100) size.rowBytes = Math.max(16, sent.rawBytes / sent.rows);
          progress.rows += sent.rows;
          const share = Math.min(0.999, progress.rows / Math.max(1, options.rowsEstimate));
          options.emit({ type: 'progress', phase: 'snapshot', share });
        },
      }).catch((error: unknown) => {
        over.abort();
        throw error;
      }),
    );
    const ended = await Promise.allSettled(lanes);
    signal.throwIfAborted();
    const failed = ended.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
    // A lane that was called off says so, and not why.
    const cause =
      failed.find((reason) => !(reason instanceof Error && reason.name === 'AbortError')) ?? failed[0];
    if (cause !== undefined) throw cause;
  };
  do {
    await serving?.open();
    await someRows();
    await serving?.close();
  } while (!ranges.isOver);
  await serving?.mustClose();
  options.emit({ type: 'progress', phase: 'snapshot', share: 1 });
}

interface Read extends NumberedRange {
  reply: Awaited<ReturnType<typeof readRange>>;
}

async function readNext(
  ranges: Ranges,
  lane: number,
  options: CopyOptions & { pipeline: Pipeline; expected: number },
): Promise<Read | undefined> {
  const next = await ranges.next();
  if (!next) return undefined;
  await options.pace.turn(options.signal);
  await options.between.enter(options.signal);
  // Nothing is gained by packing what never leaves the machine.
  const level = options.isLocal && options.pace.limit === undefined ? unpackedLevel : options.pipeline.level;
  return {
    ...next,
    reply: await readRange(next.range, lane, { ...options, level, maxBytes: maxChunkBytes }),
  };
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

/** What is more than a chunk may hold, as when some rows are large, is cut once more. The last part is the one that the chunk ends with. */
async function put(
  { n, range, reply }: Omit<Read, 'n'> & { n: number | undefined },
  lane: number,
  options: CopyOptions,
  rowsEach = Math.ceil(options.pace.chunkBytes / options.rowBytes / 16),
): Promise<{ rows: number; rawBytes: number }> {
  if (!reply.result.tooLarge) return putOne(n, range, lane, { ...options, reply });
  const { lead, keyColumns } = options;
  const cuts = await cutRange(lead, range, { keyColumns, rowsEach, count: 500 });
  const isOneRow = rowsEach === 1 && cuts.length <= 1;
  const sum = { rows: 0, rawBytes: 0 };
  for (const [place, to] of [...cuts, range.to].entries()) {
    const part = { after: place === 0 ? range.after : cuts[place - 1], to };
    const maxBytes = isOneRow ? maxRowBytes : maxChunkBytes;
    const read = await readRange(part, lane, { ...options, expected: 1 << 20, maxBytes });
    if (read.result.tooLarge && isOneRow) throw rowTooLarge();
    const number = place === cuts.length ? n : undefined;
    const sent = await put(
      { n: number, range: part, reply: read },
      lane,
      options,
      Math.max(1, Math.floor(rowsEach / 16)),
    );
    sum.rows += sent.rows;
    sum.rawBytes += sent.rawBytes;
  }
  return sum;
}

async function putOne(
  n: number | undefined,
  range: KeyRange,
  lane: number,
  { joiner, lead, emit, reply }: CopyOptions & Pick<Read, 'reply'>,
): Promise<{ rows: number; rawBytes: number }> {
  const { rows, rawBytes } = reply.result;
  await joiner.call(
    'pg.joiner.chunk',
    { lane, range: sentRange(range), ...(n !== undefined && { n }) },
    reply.parts,
  );
  if (rows > 0)
    emit({ type: 'rows', kind: 'snapshot', donor: lead.name, rows, rawBytes, wireBytes: reply.wireBytes });
  return { rows, rawBytes };
}

function rowTooLarge(): ForesyncError {
  return new ForesyncError(
    'data',
    'row-too-large',
    `A row is larger than ${formatBytes(maxRowBytes)}, which foresync does not carry.`,
  );
}
