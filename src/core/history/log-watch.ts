import { statSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { systemCodeOf } from '../errors.ts';
import { isTableLog } from '../group/table-log.ts';
import type { LogInput } from './ingest.ts';
import { fileIdOf, RotatedLogs } from './rotated-logs.ts';

/** A log that may have something new, and what is to be called once it was read as it is now. */
export interface ChangedLog {
  input: LogInput;
  settled: () => void;
}

/** What is seen of a log without reading it; `fileId` tells files of this machine apart. */
interface Looks {
  state: string;
  fileId?: string;
}

/**
 * Knows what logs looked like when they were read, and which look otherwise now. By size and time of change, not by the system's
 * notices: those miss network file systems, and what comes is stored once a second at most.
 */
export class LogWatch {
  readonly #settled = new Map<string, string>();
  readonly #gone = new Set<string>();
  readonly #rotated = new RotatedLogs();
  readonly #clock: Clock;
  readonly #onGone: (path: string) => void;

  /** `onGone` hears once of each log that is not there any more. */
  constructor(clock: Clock, onGone: (path: string) => void) {
    this.#clock = clock;
    this.#onGone = onGone;
  }

  /** Every log, as it is now. */
  all(inputs: readonly LogInput[]): ChangedLog[] {
    return this.#look(inputs).map(({ input, looks }) => this.#changed(input, looks));
  }

  /** Those that changed, and, before the log that took its place, one that was renamed and may still be written to. */
  changed(inputs: readonly LogInput[]): ChangedLog[] {
    const now = this.#look(inputs);
    const there = new Set(now.flatMap(({ looks }) => looks?.fileId ?? []));
    const rotated = this.#rotated.besides(there).map((input) => ({ input, looks: looksOf(input) }));
    return [...rotated, ...now].flatMap(({ input, looks }) => {
      if (!looks) this.#isGone(input);
      return !looks || this.#settled.get(nameOf(input)) === looks.state ? [] : [this.#changed(input, looks)];
    });
  }

  #look(inputs: readonly LogInput[]): { input: LogInput; looks: Looks | undefined }[] {
    return inputs.map((input) => {
      const looks = isTableLog(input.path) ? this.#tableLooks() : looksOf(input);
      if (!input.open) this.#rotated.saw(input, looks?.fileId);
      return { input, looks };
    });
  }

  /** A table is counted by whole minutes, so it is asked once in each. */
  #tableLooks(): Looks {
    return { state: String(Math.floor(this.#clock.nowMs() / 60_000)) };
  }

  #changed(input: LogInput, looks: Looks | undefined): ChangedLog {
    return { input, settled: () => void (looks && this.#settled.set(nameOf(input), looks.state)) };
  }

  #isGone(input: LogInput): void {
    const name = nameOf(input);
    if (!this.#settled.delete(name) || this.#gone.has(name)) return;
    this.#gone.add(name);
    this.#onGone(input.path);
  }
}

function nameOf({ replica, path }: LogInput): string {
  return JSON.stringify([replica, path]);
}

/** Undefined where there is no such file. What cannot be looked at is left to its reading. */
function looksOf(input: LogInput): Looks | undefined {
  if (input.open) {
    const { device, inode, sizeBytes, modifiedMs } = input.open().identity ?? {};
    return { state: [device, inode, sizeBytes, modifiedMs].join(' ') };
  }
  try {
    const found = statSync(input.path, { throwIfNoEntry: false, bigint: true });
    if (!found) return undefined;
    const fileId = fileIdOf(found);
    return { state: [fileId, found.size, found.mtimeNs].join(' '), fileId };
  } catch (error) {
    return { state: systemCodeOf(error) ?? 'unknown' };
  }
}
