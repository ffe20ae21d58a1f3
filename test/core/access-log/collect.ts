import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccessSink } from '../../../src/core/access-log/access-sink.ts';
import { parseColumns } from '../../../src/core/access-log/columns.ts';
import { InlineBlocks } from '../../../src/core/access-log/inline-blocks.ts';
import type { LogFormat } from '../../../src/core/access-log/layout.ts';
import { type OpenLog, openStream } from '../../../src/core/access-log/log-file.ts';
import { type ReadLogOptions, type ReadLogResult, readLog } from '../../../src/core/access-log/read-log.ts';

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

interface Collected {
  events: Event[];
  read: ReadLogResult;
}

/** Reads a log that arrives in chunks of `chunkBytes`. */
export async function collect(log: Buffer | string, options: CollectOptions = {}): Promise<Collected> {
  return collectOpen(await openStream(inChunks(Buffer.from(log), options.chunkBytes ?? 1 << 20)), options);
}

/** Reads a log when it has `cut` bytes, and again, from where that reading ended, when it is whole. */
async function collectInTwo(
  log: Buffer,
  cut: number,
  leavesOpenRecord: boolean,
  options: CollectOptions,
): Promise<Collected[]> {
  const first = await collectOpen(fileOf(log.subarray(0, cut)), options, { leavesOpenRecord });
  const { end } = first.read;
  const known = { ...end, isUnchanged: false, mayBeCut: false };
  const second = await collectOpen(fileOf(log), options, {
    known: () => (end.offset > 0 ? known : undefined),
  });
  return [first, second];
}

function fileOf(bytes: Buffer): OpenLog {
  return {
    identity: { device: '1', inode: '1', sizeBytes: bytes.length, modifiedMs: 1 },
    compression: 'none',
    read: (fromByte) => inChunks(bytes.subarray(fromByte), 1 << 20),
    close: async () => undefined,
  };
}

async function collectOpen(
  open: OpenLog,
  { columns, chunkBytes, clock, ...choice }: CollectOptions,
  more: ReadLogOptions = {},
): Promise<Collected> {
  const sink = new Collector();
  try {
    const target = new InlineBlocks(sink, {
      clock: clock ?? { nowMs: () => Number.POSITIVE_INFINITY },
      ...(chunkBytes === undefined ? {} : { handedOverBytes: chunkBytes }),
    });
    const read = await readLog(open, target, {
      ...choice,
      ...more,
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

/**
 * Bytes made of the pieces and of any others crash no parser, and come to the same however they are cut into chunks, and wherever a
 * reading ended that left an open record to the next. One that left none may take half a record for a whole one, but counts
 * no line twice. `pieces[0]` is a good line.
 */
export async function holdsForAnyBytes(pieces: readonly string[], options: CollectOptions): Promise<void> {
  const piece = fc.constantFrom(...pieces, '\n', '\r\n', ' ').map((text) => Buffer.from(text));
  const noise = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte > 0)));
  const logs = fc.array(fc.oneof({ weight: 6, arbitrary: piece }, noise), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 1, max: 60 }), fc.nat(), async (parts, chunkBytes, anywhere) => {
      const log = Buffer.concat([Buffer.from(`${pieces[0]}\n`), ...parts]);
      const whole = await collect(log, options);
      const cut = await collect(log, { ...options, chunkBytes });
      const { tally } = whole.read;
      assert.equal(tally.events, whole.events.length);
      assert.equal(tally.lines, tally.eventLines + tally.rejected + tally.ignored);
      assert.deepEqual(cut.events, whole.events);
      assert.deepEqual(countsOf(cut.read), countsOf(whole.read));
      assert.deepEqual(cut.read.tally.firstRejects, tally.firstRejects);
      assert.deepEqual(cut.read.tally.times.data(), tally.times.data());
      assert.equal(cut.read.tally.nextLine, tally.nextLine);
      assert.equal(whole.read.end.offset, log.length);
      await holdsInTwo(log, anywhere % (log.length + 1), whole, options);
    }),
    { seed: 6, numRuns: 300 },
  );
}

async function holdsInTwo(
  log: Buffer,
  anywhere: number,
  whole: Collected,
  options: CollectOptions,
): Promise<void> {
  const [first, second] = await collectInTwo(log, anywhere, true, options);
  assert.ok(first && second);
  assert.deepEqual([...first.events, ...second.events], whole.events);
  const sums = countsOf(first.read).map((count, i) => count + (countsOf(second.read)[i] ?? 0));
  assert.deepEqual(sums, countsOf(whole.read));
  assert.equal(second.read.tally.nextLine, whole.read.tally.nextLine);
  const lineEnd = log.lastIndexOf(10, anywhere) + 1;
  if (lineEnd === 0) return;
  const goes = await collectInTwo(log, lineEnd, false, options);
  const physicalLines = log.toString('latin1').replace(/\n$/, '').split('\n').length;
  assert.ok(goes.reduce((sum, { read }) => sum + read.tally.lines, 0) <= physicalLines);
  assert.equal(goes[1]?.read.tally.nextLine, whole.read.tally.nextLine);
}

async function* inChunks(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
