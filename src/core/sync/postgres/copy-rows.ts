import { availableParallelism } from 'node:os';
import type { CopyOptions, CopyRun } from './chunk-way.ts';
import { fetchChunks } from './fetch-chunks.ts';
import { Ranges } from './ranges.ts';
import { relayChunks } from './relay-chunks.ts';

/** Connections at each side that read and write chunks; the lanes before are for the stream, for cutting and for what is applied. */
export const copyLanes = [3, 4] as const;
/** Statistics of so many rows are good for all of them. */
const almostAllShare = 0.9;

/** Sends the whole table in chunks by ranges of its key, some side by side. Each is one snapshot at the donor, and one transaction at the joiner. */
export async function copyRows(options: CopyOptions): Promise<void> {
  const { lead, signal, from, emit, serving } = options;
  const size = { rowBytes: options.rowBytes };
  const way = options.isOneHost ? fetchChunks : relayChunks;
  const ranges = new Ranges(
    lead,
    {
      keyColumns: options.keyColumns,
      rows: () => Math.max(1, way.chunkBytes(options.pace) / size.rowBytes),
      pauses: () => serving?.isDue ?? false,
    },
    { n: from.chunks, after: from.after },
  );
  const over = new AbortController();
  const progress = { rows: 0 };
  const isCramped = options.isLocal && availableParallelism() <= 2;
  const run: CopyRun = {
    ...options,
    isCramped,
    signal: AbortSignal.any([signal, over.signal]),
    ranges,
    size,
    arrived: (range, { rows, rawBytes, wireBytes, proven }) => {
      options.proven.add(range, { rows, proven });
      if (rows > 100) size.rowBytes = Math.max(16, rawBytes / rows);
      if (rows > 0) emit({ type: 'rows', kind: 'snapshot', donor: lead.name, rows, rawBytes, wireBytes });
      const before = progress.rows;
      progress.rows += rows;
      const almostAll = almostAllShare * options.rowsEstimate;
      if (before < almostAll && progress.rows >= almostAll) options.onAlmostAll();
      const share = Math.min(0.999, progress.rows / Math.max(1, options.rowsEstimate));
      emit({ type: 'progress', phase: 'snapshot', share });
    },
  };
  const someRows = async () => {
    const lanes = copyLanes.slice(0, isCramped ? 1 : undefined).map((lane) =>
      way.carry(lane, run).catch((error: unknown) => {
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
  } while (!ranges.isAtEnd);
  await serving?.mustClose();
  emit({ type: 'progress', phase: 'snapshot', share: 1 });
}
