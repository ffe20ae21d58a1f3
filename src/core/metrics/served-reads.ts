import type { ObjectTaker } from '../access-log/json-lines.ts';
import type { LineTally } from '../access-log/line-tally.ts';
import type { Origin } from '../serve/read-through.ts';
import type { LoggedAccess } from './came-true.ts';

const origins = ['plan', 'snapshot', 'read-through', 'delta'] as const satisfies readonly Origin[];

/** What a joiner that answers reads has logged of one. */
export interface ServedAnswer {
  /** It knew the row, or that there is none, when it was asked. */
  hit: boolean;
  /** There is such a row. Undefined where nobody could be asked. */
  found: boolean | undefined;
  /** By what the row came to the joiner first; a new key comes by the Delta Log. Undefined where the log does not say it. */
  by: Origin | undefined;
}

const lineFeed = 10;

/** Whether a log that begins so was written by `add-replica --serve`: its first whole line says of a read whether it hit. */
export function isServedLog(head: Buffer): boolean {
  const end = head.indexOf(lineFeed);
  try {
    const object = JSON.parse(head.subarray(0, end < 0 ? head.length : end).toString('utf8'));
    return typeof object?.hit === 'boolean' && isFound(object.found);
  } catch {
    return false;
  }
}

function isFound(found: unknown): found is boolean | null {
  return found === null || typeof found === 'boolean';
}

/** Takes the lines of such a log. */
export class ServedObjects implements ObjectTaker {
  readonly #take: (access: LoggedAccess) => void;
  readonly #tally: LineTally;

  constructor(take: (access: LoggedAccess) => void, tally: LineTally) {
    this.#take = take;
    this.#tally = tally;
  }

  take({ time, key, hit, found, by }: Record<string, unknown>): void {
    const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (Number.isNaN(timeMs)) return this.#tally.reject('its time is none');
    if (timeMs > this.#tally.times.acceptedUntilMs) return this.#tally.reject('the time lies in the future');
    if (typeof key !== 'string') return this.#tally.reject('there is no key');
    if (typeof hit !== 'boolean' || !isFound(found))
      return this.#tally.reject('it does not say whether the read hit');
    const origin = origins.find((known) => known === by);
    this.#take({ timeMs, key, read: true, served: { hit, found: found ?? undefined, by: origin } });
    this.#tally.countEvents(1);
    this.#tally.times.take(timeMs);
  }
}
