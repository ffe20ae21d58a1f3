import type { AccessSink } from '../access-log/access-sink.ts';
import { InlineBlocks } from '../access-log/inline-blocks.ts';
import type { LayoutChoice } from '../access-log/layout.ts';
import { logError, type OpenLog } from '../access-log/log-file.ts';
import { readLog } from '../access-log/read-log.ts';
import { canonicalLogKey } from '../metrics/plan-text.ts';
import type { KeySample } from './key-sample.ts';
import type { KnownKeys } from './known-keys.ts';
import { ReadColumns } from './read-columns.ts';

/** A log that can be opened again. */
export interface ReplayableLog {
  name: string;
  open(): Promise<OpenLog>;
}

/**
 * The reads of the sample's keys after the origin, each at its own time, until `untilMs`. A key that nobody knew is added to `keys`.
 * Throws what reading logs throws.
 */
export async function readsOfLogs(
  logs: readonly ReplayableLog[],
  keys: KnownKeys,
  sample: KeySample,
  options: {
    originMs: number;
    untilMs: number;
    mostReads: number;
    layout: LayoutChoice;
    signal: AbortSignal;
  },
): Promise<ReadColumns> {
  const reads = new ReadColumns(options.mostReads);
  const sink = sinkOf(reads, keys, sample, options);
  for (const { name, open } of logs) {
    const log = await open();
    try {
      await readLog(log, new InlineBlocks(sink), { ...options.layout, signal: options.signal });
    } catch (error) {
      throw logError(name, error);
    } finally {
      await log.close();
    }
  }
  return reads;
}

function sinkOf(
  reads: ReadColumns,
  keys: KnownKeys,
  sample: KeySample,
  { originMs, untilMs }: { originMs: number; untilMs: number },
): AccessSink {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    add(bytes, start, end, timeMs, isWrite) {
      if (isWrite || timeMs <= originMs || timeMs > untilMs || !sample.has(bytes, start, end)) return true;
      let text: string;
      try {
        text = decoder.decode(bytes.subarray(start, end));
      } catch {
        return false;
      }
      const name = canonicalLogKey(text);
      const key = keys.placeOf(name) ?? keys.add(name, unseen(sample.placeOf(text)));
      reads.add(timeMs - originMs, key, 1);
      return true;
    },
  };
}

/** A key of which nothing was known, in the table nevertheless. */
export function unseen(scanPlace: number) {
  const lastReadMs = Number.NEGATIVE_INFINITY;
  return { pastReads: 0, lastReadMs, sizeBytes: Number.NaN, scanPlace, isNew: false };
}
