import type { AccessSink } from './access-sink.ts';
import type { LineTaker } from './line-by-line.ts';
import { LineEvents } from './line-events.ts';
import type { LineTally } from './line-tally.ts';
import { QuotedArguments } from './monitor-arguments.ts';
import { type CommandKeys, commandKeys, keysOf } from './monitor-commands.ts';
import { NameTable } from './name-table.ts';
import { parseTimeMs } from './timestamps.ts';

const space = 32;
const quote = 34;
const plus = 43;
const openBracket = 91;
const closeBracket = 93;

/**
 * Reads what MONITOR of Redis and Valkey prints (Redis, Commands, MONITOR): `1339518083.107412 [0 127.0.0.1:60866] "get" "key"`. The
 * brackets hold the database and who asked: an address, `unix:` with a path, or `lua` for a script's own commands, which is why
 * EVAL itself is ignored. One command gives an event for each of its keys. Arguments never come into a reason.
 */
export class MonitorLines implements LineTaker {
  readonly #events: LineEvents;
  readonly #tally: LineTally;
  readonly #arguments = new QuotedArguments();
  readonly #commands = new NameTable<CommandKeys>(commandKeys);

  constructor(sink: AccessSink, tally: LineTally, keyPattern: string | undefined) {
    this.#events = new LineEvents(sink, tally, keyPattern);
    this.#tally = tally;
  }

  line(block: Buffer, start: number, end: number): void {
    // A reply as it comes from the server begins with a plus.
    const timeStart = block[start] === plus ? start + 1 : start;
    if (end - timeStart === 2 && block.toString('latin1', timeStart, end) === 'OK') {
      this.#tally.ignored++;
      return;
    }
    let timeEnd = timeStart;
    while (timeEnd < end && block[timeEnd] !== space) timeEnd++;
    const timeMs = parseTimeMs(block, timeStart, timeEnd, this.#tally.times.units);
    if (Number.isNaN(timeMs)) return this.#tally.reject('the line does not begin with a time');
    const first = argumentsIn(block, timeEnd + 1, end);
    if (first === -1 || !this.#arguments.read(block, first, end))
      return this.#tally.reject('the line is not of the form: time [database client] "command" "argument"…');
    this.#command(timeMs);
  }

  #command(timeMs: number): void {
    const { bytes, starts, ends } = this.#arguments;
    const start = starts[0] as number;
    const end = ends[0] as number;
    const keys = this.#commands.find(bytes, start, end);
    if (!keys) {
      const name = bytes.toString('latin1', start, Math.min(end, start + 40));
      // Only what looks like a command is shown: a password may stand where the command should.
      const isName = /^[a-z][a-z0-9._|-]{0,31}$/i.test(name);
      return this.#tally.reject(`${isName ? `'${name}'` : 'the first argument'} is not a known command`);
    }
    keysOf(keys, this.#arguments, (at, isWrite) => {
      this.#events.add(bytes, starts[at] as number, ends[at] as number, timeMs, isWrite, -1);
    });
    this.#events.end();
  }
}

/** Where the first argument's quote stands behind `[database client]`, or -1. */
function argumentsIn(block: Buffer, start: number, end: number): number {
  if (block[start] !== openBracket) return -1;
  for (let at = start; at + 2 < end; at++) {
    if (block[at] === closeBracket && block[at + 1] === space && block[at + 2] === quote) return at + 2;
  }
  return -1;
}
