import { type Clock, systemClock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import type { AccessSink, LineParser } from './access-sink.ts';
import { detectLayout } from './detect-layout.ts';
import { feedLines } from './feed-lines.ts';
import type { LayoutChoice, LogLayout } from './layout.ts';
import { parserFor } from './line-parsers.ts';
import { LineTally, type RejectedLine } from './line-tally.ts';
import type { FileIdentity, OpenLog } from './log-file.ts';

/** The longest head that a file is known by, and that its layout is detected from. */
export const headBytes = 64 * 1024;

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
  /** Tells which events lie in the future. */
  clock?: Clock | undefined;
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

/** Reads one log into the sink, from where an earlier reading of the same file ended. */
export async function readLog(
  log: OpenLog,
  sink: AccessSink,
  options: ReadLogOptions,
): Promise<ReadLogResult> {
  const chunks = log.read(0)[Symbol.asyncIterator]();
  try {
    const { peeked, isWhole } = await peek(chunks);
    const head = peeked.subarray(0, headBytes);
    refuseBinary(head);
    const before = log.identity ? options.known?.(log.identity, head) : undefined;
    const tally = new LineTally(options.onReject);
    tally.nextLine = before?.nextLine ?? 1;
    const fromByte = before?.offset ?? 0;
    const end = before?.mayBeCut ? await endOf(continued(peeked, chunks), options.signal) : undefined;
    if (end && end.offset < fromByte) return { layout: undefined, tally, fromByte, end, head };
    const isRead =
      peeked.length === 0 ||
      before?.isUnchanged ||
      (before !== undefined && isWhole && before.offset >= peeked.length);
    const layout = isRead
      ? undefined
      : detectLayout(sampleOf(head, isWhole && peeked.length <= headBytes), options);
    // A partial copy is shorter than what was read of the whole, and keeps that position: what it holds was counted.
    let offset = fromByte;
    if (layout) {
      const parser = parserFor(layout, sink, tally, before === undefined);
      const rest = before ? log.read(before.offset - 1) : continued(withoutByteOrderMark(peeked), chunks);
      const received = await receive(rest, parser, tally, before !== undefined, options);
      offset = before
        ? Math.max(before.offset, before.offset - 1 + received)
        : received + byteOrderMarkLength(peeked);
    }
    return { layout, tally, fromByte, end: { offset, nextLine: tally.nextLine }, head };
  } finally {
    await chunks.return?.();
  }
}

async function receive(
  chunks: AsyncIterable<Buffer>,
  parser: LineParser,
  tally: LineTally,
  isResumed: boolean,
  options: ReadLogOptions,
): Promise<number> {
  let received = 0;
  const { clock = systemClock } = options;
  const onBytes = (count: number) => {
    received += count;
    tally.times.readAt(clock.nowMs());
    options.onBytes?.(count);
  };
  await feedLines(chunks, parser, tally, { isResumed, signal: options.signal, onBytes });
  return received;
}

/** Where a log ends that is not read, because all of it was counted. */
async function endOf(chunks: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<LogPosition> {
  const end = { offset: 0, nextLine: 1 };
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    end.offset += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) end.nextLine++;
  }
  return end;
}

async function peek(chunks: AsyncIterator<Buffer>): Promise<{ peeked: Buffer; isWhole: boolean }> {
  const parts: Buffer[] = [];
  for (let length = 0; length < headBytes; ) {
    const next = await chunks.next();
    if (next.done) return { peeked: Buffer.concat(parts), isWhole: true };
    parts.push(next.value);
    length += next.value.length;
  }
  return { peeked: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), isWhole: false };
}

async function* continued(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** The whole lines of the head. */
function sampleOf(head: Buffer, isWhole: boolean): string {
  const end = isWhole ? head.length : head.lastIndexOf(10) + 1;
  return withoutByteOrderMark(head.subarray(0, end)).toString('utf8');
}

function byteOrderMarkLength(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

function withoutByteOrderMark(head: Buffer): Buffer {
  return head.subarray(byteOrderMarkLength(head));
}

function refuseBinary(head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new ForesyncError('data', 'log-utf16', 'The log is UTF-16 text.', {
      hint: 'Turn it into UTF-8: iconv -f UTF-16 -t UTF-8 FILE | foresync analyze -',
    });
  }
  if (isBinary(head)) {
    throw new ForesyncError('data', 'log-binary', 'The log is a binary file.', {
      hint: "Text is read, such as CSV, JSON Lines or a server's log, plain or compressed by gzip, zstd, brotli (.br) or xz.",
    });
  }
}

/** A stray NUL is its line's affair; every hundredth byte is no text's. */
function isBinary(head: Buffer): boolean {
  let nuls = 0;
  for (let at = head.indexOf(0); at >= 0; at = head.indexOf(0, at + 1)) nuls++;
  return nuls > head.length / 100;
}
