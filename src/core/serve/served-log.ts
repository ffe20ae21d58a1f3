import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { RowKey } from '../row-key.ts';
import { rowKeyText } from '../row-key-text.ts';
import type { ServedOutcome } from './row-server.ts';

/** Lines that a disk which is too slow does not take are left out, and counted. */
const maxWaitingBytes = 8 << 20;

/** Of the log's lines; told in each, since what was there before is appended to. */
export const servedLogVersion = 1;

/**
 * The access log of a joiner that serves reads, in JSON Lines that `foresync analyze` takes as they are: `time` (ISO 8601), `key` as the table has it, `op`, and beside these
 * `hit`, whether the joiner knew it when it was asked, `found`, whether there is such a row, and `by`, how it came to the joiner first (`Origin`; of a row that was fetched
 * for this read `read-through`). `by` is absent where that is not known any more. Where nobody could be asked `found` is null. docs/SERVING.md has it all.
 */
export class ServedLog {
  readonly #stream: WriteStream;
  readonly #clock: Clock;
  #left = 0;

  private constructor(stream: WriteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    stream.on('error', () => {
      this.#left++;
    });
  }

  /** Appends to a file. Rejects where it cannot be opened. */
  static async open(file: string, clock: Clock): Promise<ServedLog> {
    const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
    await once(stream, 'open');
    return new ServedLog(stream, clock);
  }

  /** Reads that are not in it. */
  get leftOut(): number {
    return this.#left;
  }

  served(outcome: ServedOutcome): void {
    if (this.#stream.writableLength > maxWaitingBytes || this.#stream.errored) {
      this.#left++;
      return;
    }
    const line = {
      v: servedLogVersion,
      time: new Date(this.#clock.nowMs()).toISOString(),
      key: keyText(outcome.key),
      op: 'read',
      ...toldOf(outcome),
    };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

function toldOf(outcome: ServedOutcome) {
  if (outcome.kind === 'unavailable') return { hit: false, found: null };
  const { kind, isHit: hit, by } = outcome;
  return { hit, found: kind === 'row', by };
}

/** Whole numbers as the access logs of applications write them, however large. */
function keyText(key: RowKey): string {
  return typeof key === 'object' && 'int' in key ? key.int : rowKeyText(key);
}
