import type { AccessSink } from '../../../src/core/access-log/access-sink.ts';
import { parseColumns } from '../../../src/core/access-log/columns.ts';
import { openStream } from '../../../src/core/access-log/log-file.ts';
import { type ReadLogResult, readLog } from '../../../src/core/access-log/read-log.ts';

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

/** Reads a log that arrives in chunks of `chunkBytes`. */
export async function collect(
  log: Buffer | string,
  options: { columns?: string; chunkBytes?: number } = {},
): Promise<{ events: Event[]; read: ReadLogResult }> {
  const sink = new Collector();
  const open = await openStream(inChunks(Buffer.from(log), options.chunkBytes ?? 1 << 20));
  try {
    const columns = options.columns === undefined ? undefined : parseColumns(options.columns);
    return { read: await readLog(open, sink, { columns }), events: sink.events };
  } finally {
    await open.close();
  }
}

async function* inChunks(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
