import { type Forecast, type ForecastOptions, forecast } from '../forecast/forecast.ts';
import { ForecastThreads } from '../forecast/threads/forecast-threads.ts';
import type { AccessHistory } from '../history/access-history.ts';

/** What forecasts of one trial differ by. */
export type ForecastWish = Pick<ForecastOptions, 'originMs' | 'horizonMs' | 'halfLifeMs' | 'decayWeight'>;

/** Gives forecasts; the same one for the same wish. */
export type ForecastSource = (wish: ForecastWish) => Promise<Forecast>;

/** Forecasts of one history, on threads that serve them all, each made once. `close` ends the threads and must be called. */
export class Forecasts {
  readonly #history: AccessHistory;
  readonly #shared: Omit<ForecastOptions, keyof ForecastWish | 'threads'>;
  readonly #threads: ForecastThreads;
  readonly #made = new Map<string, Promise<Forecast>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(history: AccessHistory, shared: Omit<ForecastOptions, keyof ForecastWish | 'threads'>) {
    this.#history = history;
    this.#shared = shared;
    this.#threads = new ForecastThreads(shared.signal);
  }

  of(wish: ForecastWish): Promise<Forecast> {
    const { originMs, horizonMs, halfLifeMs, decayWeight } = wish;
    const name = JSON.stringify([originMs, horizonMs, halfLifeMs, decayWeight]);
    const made = this.#made.get(name) ?? this.#make(wish);
    this.#made.set(name, made);
    return made;
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  /** One after the other: they share the threads. */
  #make(wish: ForecastWish): Promise<Forecast> {
    const make = () => forecast(this.#history, { ...this.#shared, ...wish, threads: this.#threads });
    const made = this.#last.then(make, make);
    this.#last = made.catch(() => undefined);
    return made;
  }
}
