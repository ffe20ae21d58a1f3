import type { BlockTarget } from './block-target.ts';
import { detectLayout } from './detect-layout.ts';
import { feedLines } from './feed-lines.ts';
import type { LayoutChoice, LogLayout } from './layout.ts';
import { LineTally, type RejectedLine } from './line-tally.ts';
import type { FileIdentity, OpenLog } from './log-file.ts';
import { refuseNoText } from './no-text.ts';

/** The longest head that a file is known by, and that its layout is detected from. */
export const headBytes = 64 * 1024;

const lineFeed = 10;

/** How far a log was read: bytes after decompression, and the number of the next line. */
export interface LogPosition {
  offset: number;
  nextLine: number;
}

export interface KnownLog extends LogPosition {
  /** By size and time of change, the file is as it was then. */
  isUnchanged: boolean;
  /** It may hold no more than the beginning of what was read. Where it does, it goes on from its new end. */
  mayBeCut: boolean;
}

export interface ReadLogOptions extends LayoutChoice {
  /** Hears of every rejected line and may throw to end the reading. */
  onReject?: ((line: RejectedLine) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** A last record without its end is left for the next reading, because its rest may be on its way. */
  leavesOpenRecord?: boolean | undefined;
  onBytes?: ((count: number) => void) | undefined;
  /** Says how far this file, known by its first bytes, was read before. */
  known?: ((identity: FileIdentity, head: Buffer) => KnownLog | undefined) | undefined;
}

export interface ReadLogResult {
  /** Undefined where there was nothing to detect it from, or nothing new. */
  layout: LogLayout | undefined;
  tally: LineTally;
  /** Where the reading began: 0, or the end of an earlier one. */
  fromByte: number;
  end: LogPosition;
  /** The log's first bytes, `headBytes` at most: it is known by them again. */
  head: Buffer;
}

/** Reads the lines of one log into the target, from where an earlier reading of the same file ended. */
export async function readLog(
  log: OpenLog,
  target: BlockTarget,
  options: ReadLogOptions,
): Promise<ReadLogResult> {
  const chunks = log.read(0)[Symbol.asyncIterator]();
  try {
    const { peeked, isWhole } = await peek(chunks);
    const head = Buffer.from(peeked.subarray(0, headBytes));
    const { piece } = log;
    if (!piece?.layout) refuseNoText(head);
    const before = log.identity ? options.known?.(log.identity, head) : undefined;
    const tally = new LineTally(options.onReject);
    tally.nextLine = before?.nextLine ?? piece?.nextLine ?? 1;
    const fromByte = before?.offset ?? 0;
    const end = before?.mayBeCut ? await endOf(continued(peeked, chunks), options.signal) : undefined;
    if (end && end.offset < fromByte) return { layout: undefined, tally, fromByte, end, head };
    const isRead =
      peeked.length === 0 ||
      before?.isUnchanged ||
      (before !== undefined && isWhole && before.offset >= peeked.length);
    const leavesOpenRecord = piece ? !piece.isLast : options.leavesOpenRecord === true;
    const isHeadAll = isWhole && peeked.length <= headBytes;
    const layout = isRead
      ? undefined
      : (piece?.layout ?? layoutIn(head, isHeadAll, leavesOpenRecord, options));
    let offset = fromByte;
    let rest = isRead ? Buffer.alloc(0) : peeked;
    if (layout) {
      const isStart = before === undefined && !piece?.layout;
      const markBytes = isStart ? byteOrderMarkLength(peeked) : 0;
      const start = before ? before.offset - 1 : markBytes;
      target.begin(layout, isStart, tally);
      const received = await receive(
        before ? log.read(start) : continued(peeked.subarray(markBytes), chunks),
        target,
        { ...options, leavesOpenRecord },
        {
          isResumed: before !== undefined,
          start,
          sizeBytes: log.compression === 'none' ? log.identity?.sizeBytes : undefined,
        },
      );
      rest = received.rest;
      // A partial copy is shorter than what was read of the whole, and keeps that position: what it holds was counted.
      offset = received.readBytes === 0 ? fromByte : Math.max(fromByte, start + received.readBytes);
    }
    // They are read again with what comes behind them, and counted then where it may still come.
    if (!layout && !leavesOpenRecord && !isRead)
      tally.ignored += countLineFeeds(peeked) + (peeked.at(-1) === lineFeed ? 0 : 1);
    piece?.onRead({ layout, nextLine: tally.nextLine, rest });
    return { layout, tally, fromByte, end: { offset, nextLine: tally.nextLine }, head };
  } finally {
    await chunks.return?.();
  }
}

async function receive(
  chunks: AsyncIterable<Buffer>,
  target: BlockTarget,
  options: ReadLogOptions,
  from: { isResumed: boolean; start: number; sizeBytes: number | undefined },
): Promise<{ readBytes: number; rest: Buffer }> {
  let received = 0;
  const rest = await feedLines(chunks, target, {
    isResumed: from.isResumed,
    signal: options.signal,
    onBytes: (count) => {
      received += count;
      options.onBytes?.(count);
    },
    // What grows while it is read is being written: its last line may be half of one.
    leavesOpenRecord: () =>
      options.leavesOpenRecord === true ||
      (from.sizeBytes !== undefined && from.start + received > from.sizeBytes),
  });
  return { readBytes: received - rest.length, rest };
}

/** Where a log ends that is not read, because all of it was counted. */
async function endOf(chunks: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<LogPosition> {
  const end = { offset: 0, nextLine: 1 };
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    end.offset += chunk.length;
    end.nextLine += countLineFeeds(chunk);
  }
  return end;
}

async function peek(chunks: AsyncIterator<Buffer>): Promise<{ peeked: Buffer; isWhole: boolean }> {
  const parts: Buffer[] = [];
  for (let length = 0; length < headBytes; ) {
    const next = await chunks.next();
    if (next.done) return { peeked: Buffer.concat(parts), isWhole: true };
    parts.push(Buffer.from(next.value));
    length += next.value.length;
  }
  return { peeked: Buffer.concat(parts), isWhole: false };
}

async function* continued(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Detected from the whole lines of the head; undefined where there is nothing in them yet. */
function layoutIn(
  head: Buffer,
  isAll: boolean,
  leavesOpenRecord: boolean,
  options: LayoutChoice,
): LogLayout | undefined {
  const linesEnd = head.lastIndexOf(lineFeed) + 1;
  if (isAll && leavesOpenRecord && linesEnd === 0) return undefined;
  const sample = isAll && !leavesOpenRecord ? head : head.subarray(0, linesEnd);
  const text = sample.subarray(byteOrderMarkLength(sample)).toString('utf8');
  return isAll && hasNothing(text, options) ? undefined : detectLayout(text, options);
}

/** Blank lines alone, or comments, as in a log that has just begun. Where a format is named, it may know no comments. */
function hasNothing(text: string, { format, pattern }: LayoutChoice): boolean {
  const hasComments = format === undefined && pattern === undefined;
  return text.split('\n').every((line) => line.trim() === '' || (hasComments && line.startsWith('#')));
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++;
  return count;
}

function byteOrderMarkLength(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}
