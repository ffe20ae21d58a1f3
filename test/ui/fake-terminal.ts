import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';

export interface FakeTerminal {
  stream: NodeJS.WriteStream;
  /** Emits `drawn` after each write. */
  drawn: EventEmitter;
  /** All that was written. */
  written(): string;
  /** Each frame that was drawn, as the lines a reader sees. */
  frames(): string[][];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const sequences = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Standard output as Ink sees it: a stream with a size, on a terminal or not. */
export function fakeTerminal(columns: number, rows: number, isTTY = true): FakeTerminal {
  const chunks: string[] = [];
  const drawn = new EventEmitter();
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString('utf8'));
      done();
      drawn.emit('drawn');
    },
  });
  return {
    stream: Object.assign(stream, { columns, rows, isTTY }) as unknown as NodeJS.WriteStream,
    drawn,
    written: () => chunks.join(''),
    frames: () =>
      chunks
        .map((chunk) => chunk.replace(sequences, ''))
        .filter((text) => text.trim() !== '')
        .map((text) => text.replace(/\n$/, '').split('\n')),
  };
}
