import { Readable } from 'node:stream';
import { openLogFile, openStream } from '../access-log/log-file.ts';
import type { LogLookup } from '../access-log/log-lookups.ts';
import { StreamPieces } from '../access-log/stream-pieces.ts';
import type { Clock, Wait } from '../clock.ts';
import { ForesyncError, messageOf } from '../errors.ts';
import type { StateFile } from '../state/open.ts';
import type { FollowEvent } from './follow-event.ts';
import { FollowRounds, type Reading } from './follow-round.ts';
import type { IngestReport, LogInput } from './ingest.ts';
import type { IngestOptions } from './ingest-options.ts';
import { LogWatch } from './log-watch.ts';
import { SlowLook } from './slow-look.ts';

/** At most so often something is stored. */
const roundMs = 1000;
/** Storing takes a fifth of the time at most, however long a round takes. */
const pauseByRound = 4;
/** Each look at a host takes a connection. */
const remoteLookMs = 15_000;

/** What is followed: places where logs are looked for, and streams (`-`, named pipes). */
export interface FollowedLogs {
  lookups: readonly LogLookup[];
  streams: readonly { path: string; replica: string }[];
}

export interface FollowOptions extends IngestOptions {
  clock: Clock;
  wait: Wait;
  /** Ends the following in good order. */
  signal: AbortSignal;
  onFollow: (event: FollowEvent) => void;
}

/**
 * Reads logs into the access history and goes on with what comes, until the signal trips or, where only streams are followed, all have
 * ended. Each round is one `ingestLogs`, so a kill at any moment counts nothing twice; of a stream, what no round had stored is
 * lost with the process. What goes wrong in the first round is thrown, as `ingestLogs` does; after that a log that is gone or
 * cannot be read is told, and the others go on. Returns what became of all.
 */
export async function followLogs(
  state: StateFile,
  logs: FollowedLogs,
  options: FollowOptions,
): Promise<IngestReport> {
  const follower = new Follower(state, logs, options);
  try {
    return await follower.run();
  } finally {
    await follower.end();
  }
}

class Follower {
  readonly #logs: FollowedLogs;
  readonly #options: FollowOptions;
  readonly #rounds: FollowRounds;
  readonly #watch: LogWatch;
  readonly #streams: readonly StreamPieces[];
  /** Ends what runs beside the rounds. */
  readonly #over = new AbortController();
  #looks: SlowLook[] = [];
  #receiving: Promise<void>[] = [];
  #wake = new AbortController();
  #roundTookMs = 0;

  constructor(state: StateFile, logs: FollowedLogs, options: FollowOptions) {
    this.#logs = logs;
    this.#options = options;
    this.#rounds = new FollowRounds(state, options, options.onFollow);
    this.#watch = new LogWatch(options.clock, (path) => options.onFollow({ kind: 'gone', path }));
    this.#streams = logs.streams.map((log) => new StreamPieces(log, () => this.#wake.abort()));
  }

  async run(): Promise<IngestReport> {
    const { signal } = this.#options;
    signal.addEventListener('abort', this.#stop, { once: true });
    await this.#begin();
    while (!signal.aborted && !this.#isOver()) {
      await this.#pause();
      if (!signal.aborted) await this.#round();
      for (const { failure } of this.#streams) if (failure) throw failure;
    }
    await this.end();
    // Of a stream nothing comes again.
    const pieces = this.#duePieces();
    if (pieces.length > 0) await this.#rounds.store(pieces, undefined);
    return this.#rounds.report();
  }

  /** Ends what runs beside the rounds, and waits for it. */
  async end(): Promise<void> {
    this.#stop();
    this.#options.signal.removeEventListener('abort', this.#stop);
    await Promise.all([...this.#receiving, ...this.#looks.map((look) => look.end())]);
  }

  readonly #stop = () => {
    this.#over.abort();
    this.#wake.abort();
  };

  async #begin(): Promise<void> {
    const { signal, clock, onFollow } = this.#options;
    const { lookups } = this.#logs;
    const found = await Promise.all(lookups.map((lookup) => lookup.look(signal)));
    if (found.flat().length === 0 && this.#streams.length === 0)
      throw new ForesyncError('io', 'log-missing', 'None of these logs is there.', {
        hint: 'Check the paths of the logs.',
      });
    this.#receiving = this.#streams.map((stream) => this.#receive(stream));
    const { files } = await this.#rounds.begin(this.#watch.all(found.flat()));
    const events = files.reduce((sum, file) => sum + file.events, 0);
    onFollow({ kind: 'began', logs: files.length + this.#streams.length, events });
    const onFailure = (error: unknown) => this.#rounds.tell('host', messageOf(error));
    this.#looks = lookups
      .filter(({ isRemote }) => isRemote)
      .map((lookup) => new SlowLook(lookup, remoteLookMs, clock.nowMs(), onFailure));
  }

  async #receive(stream: StreamPieces): Promise<void> {
    const { signal } = this.#over;
    const { stdin = Readable.from([]) } = this.#options;
    await stream.receive(
      () => (stream.path === '-' ? openStream(stdin, signal) : openLogFile(stream.path, signal)),
      signal,
    );
  }

  async #pause(): Promise<void> {
    this.#wake = new AbortController();
    if (this.#over.signal.aborted || this.#streams.some((stream) => stream.isUrgent)) return;
    await this.#options.wait(Math.max(roundMs, pauseByRound * this.#roundTookMs), this.#wake.signal);
  }

  async #round(): Promise<void> {
    const { signal, clock, onFollow } = this.#options;
    const startedMs = clock.nowMs();
    const found = this.#looks.flatMap((look) => look.take(startedMs, this.#over.signal));
    for (const lookup of this.#logs.lookups) if (!lookup.isRemote) found.push(...(await this.#look(lookup)));
    const readings = [...this.#watch.changed(found), ...this.#duePieces()];
    if (readings.length === 0) onFollow({ kind: 'quiet' });
    else await this.#rounds.store(readings, signal);
    this.#roundTookMs = clock.nowMs() - startedMs;
  }

  async #look(lookup: LogLookup): Promise<LogInput[]> {
    try {
      return await lookup.look(this.#over.signal);
    } catch (error) {
      this.#rounds.tell('look', messageOf(error));
      return [];
    }
  }

  #duePieces(): Reading[] {
    return this.#streams
      .filter((stream) => stream.isDue)
      .map((stream) => {
        const { input, stored } = stream.take();
        return { input, settled: stored, stream };
      });
  }

  #isOver(): boolean {
    return this.#logs.lookups.length === 0 && this.#streams.every((stream) => stream.isOver);
  }
}
