import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccessSink } from '../../../src/core/access-log/access-sink.ts';
import { parseColumns } from '../../../src/core/access-log/columns.ts';
import type { LogFormat } from '../../../src/core/access-log/layout.ts';
import { openStream } from '../../../src/core/access-log/log-file.ts';
import { type ReadLogResult, readLog } from '../../../src/core/access-log/read-log.ts';
import type { Clock } from '../../../src/core/clock.ts';

export interface Event {
  timeMs: number;
  key: string;
  isWrite: boolean;
  sizeBytes: number;
}

export class Collector implements AccessSink {
  readonly events: Event[] = [];

  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    isWrite: boolean,
    sizeBytes: number,
  ): boolean {
    const key = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      this.events.push({ timeMs, key: key.decode(bytes.subarray(start, end)), isWrite, sizeBytes });
      return true;
    } catch {
      return false;
    }
  }
}

export interface CollectOptions {
  columns?: string;
  format?: LogFormat;
  keyPattern?: string;
  pattern?: string;
  chunkBytes?: number;
  /** Without one no event is in the future. */
  clock?: Clock;
}

/** Reads a log that arrives in chunks of `chunkBytes`. */
export async function collect(
  log: Buffer | string,
  options: CollectOptions = {},
): Promise<{ events: Event[]; read: ReadLogResult }> {
  const sink = new Collector();
  const open = await openStream(inChunks(Buffer.from(log), options.chunkBytes ?? 1 << 20));
  try {
    const { columns, chunkBytes, ...choice } = options;
    const read = await readLog(open, sink, {
      clock: { nowMs: () => Number.POSITIVE_INFINITY },
      ...choice,
      columns: columns === undefined ? undefined : parseColumns(columns),
    });
    return { read, events: sink.events };
  } finally {
    await open.close();
  }
}

/** What became of a log's lines: lines with events, events, rejected, ignored, unmatched. */
export function countsOf({ tally }: ReadLogResult): number[] {
  return [tally.eventLines, tally.events, tally.rejected, tally.ignored, tally.unmatched];
}

/** `time key`, with a star where it is a write and the size where there is one. */
export function brief(events: readonly Event[]): string[] {
  return events.map(
    ({ timeMs, key, isWrite, sizeBytes }) =>
      `${timeMs} ${key}${isWrite ? '*' : ''}${sizeBytes < 0 ? '' : ` ${sizeBytes}`}`,
  );
}

/** Bytes made of the pieces and of any others crash no parser, and come to the same however they are cut into chunks. */
export async function holdsForAnyBytes(pieces: readonly string[], options: CollectOptions): Promise<void> {
  const piece = fc.constantFrom(...pieces, '\n', '\r\n', ' ').map((text) => Buffer.from(text));
  const noise = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte > 0)));
  const logs = fc.array(fc.oneof({ weight: 6, arbitrary: piece }, noise), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 1, max: 60 }), async (parts, chunkBytes) => {
      const log = Buffer.concat([Buffer.from(`${pieces[0]}\n`), ...parts]);
      const whole = await collect(log, options);
      const cut = await collect(log, { ...options, chunkBytes });
      const { tally } = whole.read;
      assert.equal(tally.events, whole.events.length);
      assert.deepEqual(cut.events, whole.events);
      assert.deepEqual(countsOf(cut.read), countsOf(whole.read));
      assert.deepEqual(cut.read.tally.firstRejects, tally.firstRejects);
      assert.equal(cut.read.tally.nextLine, tally.nextLine);
      assert.equal(whole.read.end.offset, log.length);
    }),
    { seed: 6, numRuns: 300 },
  );
}

async function* inChunks(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
