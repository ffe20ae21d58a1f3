import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import type { RunViewOptions } from '../../src/ui/run-view.ts';

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

/** Standard input on a terminal: what is written to it was typed. */
export function fakeKeyboard(): NodeJS.ReadStream & { write(text: string): boolean } {
  const stream = new PassThrough();
  const same = () => stream;
  return Object.assign(stream, {
    isTTY: true,
    isRaw: false,
    setRawMode: same,
    ref: same,
    unref: same,
  }) as never;
}

/** What a view of a run needs beside its streams, for a run that nobody steers. */
export const unsteered: Pick<
  RunViewOptions,
  'stdin' | 'signal' | 'steering' | 'stop' | 'suspend' | 'wayOn' | 'argv'
> = {
  stdin: process.stdin,
  signal: new AbortController().signal,
  steering: undefined,
  stop: () => undefined,
  suspend: () => Promise.resolve(),
  wayOn: undefined,
  argv: [],
};
