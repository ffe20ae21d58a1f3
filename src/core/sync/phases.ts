import type { Emit, PhaseName } from './events.ts';

/** The phases of a run, as they are told. */
export class Phases {
  readonly #emit: Emit;
  readonly #signal: AbortSignal;
  #current: PhaseName | undefined;

  constructor(emit: Emit, signal: AbortSignal) {
    this.#emit = emit;
    this.#signal = signal;
  }

  /** The phase that runs, or failed. */
  get current(): PhaseName | undefined {
    return this.#current;
  }

  /** Does the work of a phase; not where the signal has tripped. */
  async in<T>(name: PhaseName, work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    return this.inspite(name, work);
  }

  /** The same for a phase that the signal does not call off. */
  async inspite<T>(name: PhaseName, work: () => Promise<T>): Promise<T> {
    this.#current = name;
    this.#emit({ type: 'phase', phase: name, state: 'running' });
    const result = await work();
    this.#emit({ type: 'phase', phase: name, state: 'done' });
    this.#current = undefined;
    return result;
  }

  skip(...names: PhaseName[]): void {
    for (const phase of names) this.#emit({ type: 'phase', phase, state: 'skipped' });
  }
}
