import type { StreamPieces } from '../access-log/stream-pieces.ts';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import type { StateFile } from '../state/open.ts';
import type { FollowEvent } from './follow-event.ts';
import { FollowTotals } from './follow-totals.ts';
import { type IngestReport, ingestLogs, type LogInput } from './ingest.ts';
import type { IngestOptions } from './ingest-options.ts';

/** One log of a round, and what is to be called when it was read. */
export interface Reading {
  input: LogInput;
  settled: () => void;
  stream?: StreamPieces;
}

/**
 * Stores rounds, each in one transaction. Where a log of a round cannot be read, the others are stored without it, and it is told once;
 * a log is tried again when it has changed, a stream when more has come.
 */
export class FollowRounds {
  readonly #state: StateFile;
  readonly #options: IngestOptions;
  readonly #onFollow: (event: FollowEvent) => void;
  readonly #totals = new FollowTotals();
  readonly #told = new Map<string, string>();

  constructor(state: StateFile, options: IngestOptions, onFollow: (event: FollowEvent) => void) {
    this.#state = state;
    this.#options = { ...options, leavesOpenRecord: true };
    this.#onFollow = onFollow;
  }

  /** What became of the logs in all rounds. */
  report(): IngestReport {
    return this.#totals.report();
  }

  /** The first round: what goes wrong in it is thrown. */
  async begin(readings: readonly Reading[]): Promise<IngestReport> {
    const report = await this.#ingest(readings, this.#options);
    this.#totals.add(report);
    return report;
  }

  /** Stores what a round brought. With a signal, nothing of the round is kept where that trips. */
  async store(readings: readonly Reading[], signal: AbortSignal | undefined): Promise<void> {
    try {
      const report = await this.#ingest(readings, {
        ...this.#options,
        rebuild: false,
        signal,
        onProgress: undefined,
      });
      this.#totals.add(report);
      for (const { input } of readings) this.#told.delete(input.path);
      const latest = report.files.flatMap(({ times }) => times?.latestMs ?? []);
      this.#onFollow({
        kind: 'stored',
        events: report.files.reduce((sum, file) => sum + file.events, 0),
        latestMs: latest.length > 0 ? Math.max(...latest) : undefined,
      });
    } catch (error) {
      if (signal?.aborted) return;
      // Another process writes to the state file: the round's turn comes with the next.
      if (signal && isInUse(error))
        this.tell('state', error instanceof ForesyncError ? error.message : 'The state file is in use.');
      else if (!isOfALog(error)) throw error;
      else if (readings.length > 1) for (const reading of readings) await this.store([reading], signal);
      else for (const reading of readings) this.#passOver(reading, error);
    }
  }

  /** Says what is wrong with a log, once as long as it stays so. */
  tell(path: string, message: string): void {
    if (this.#told.get(path) === message) return;
    this.#told.set(path, message);
    this.#onFollow({ kind: 'trouble', message });
  }

  async #ingest(readings: readonly Reading[], options: IngestOptions): Promise<IngestReport> {
    const report = await ingestLogs(
      this.#state,
      readings.map(({ input }) => input),
      options,
    );
    for (const { settled } of readings) settled();
    return report;
  }

  #passOver({ input, stream, settled }: Reading, error: ForesyncError): void {
    if (stream) {
      // What it is may be seen from more of it.
      if (!(stream.mayShowLayout && error.code === 'log-layout-unknown')) throw error;
      stream.waitForMore();
      return;
    }
    settled();
    this.tell(input.path, error.message);
  }
}

/** Nothing can be stored now: another process writes to the state file, or the disk is full. */
function isInUse(error: unknown): boolean {
  const code = systemCodeOf(error);
  return (
    ['history-changed', 'spill-failed', 'state-full'].includes(code ?? '') ||
    code?.startsWith('SQLITE_BUSY') === true
  );
}

/** Of a log that cannot be read now, not of the state file, of wrong usage, or of a line under --strict. */
function isOfALog(error: unknown): error is ForesyncError {
  if (!(error instanceof ForesyncError) || error.code === 'log-line') return false;
  return ['data', 'io', 'permission', 'unreachable', 'protocol'].includes(error.kind);
}
