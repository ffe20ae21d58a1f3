import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import { reduce } from './reduce.ts';
import { firstState, type InspectEvent, type InspectState, type Wish } from './state.ts';

/** What the inspector cannot do itself. */
export interface InspectorWorld {
  /** Resolves with why nothing was written, or undefined where it was; `isThere` where only the file's being there is in the way. */
  save(
    edits: PlanEdits,
    file: string,
    replace: boolean,
  ): Promise<{ reason: string; isThere: boolean } | undefined>;
}

export interface InspectorEnd {
  interrupted: boolean;
  /** Where the last new plan was written, and how many keys it has. */
  saved: { file: string; keys: number } | undefined;
}

/** The inspector without a terminal: takes events, holds the state, and does what the state wishes. */
export class Inspector {
  readonly #plan: InspectedPlan;
  readonly #world: InspectorWorld;
  readonly #onState: (state: InspectState) => void;
  readonly #ended = Promise.withResolvers<InspectorEnd>();
  #state: InspectState;
  #searching: { text: string; stop: AbortController } | undefined;
  #saved: InspectorEnd['saved'];

  constructor(
    plan: InspectedPlan,
    start: Parameters<typeof firstState>[1],
    world: InspectorWorld,
    onState: (state: InspectState) => void,
  ) {
    this.#plan = plan;
    this.#world = world;
    this.#onState = onState;
    this.#state = firstState(plan, start);
    this.#followSearch();
  }

  get state(): InspectState {
    return this.#state;
  }

  /** Resolves when it is quit; rejects with what went wrong in it. */
  get ended(): Promise<InspectorEnd> {
    return this.#ended.promise;
  }

  /** `settle` may put the state right for the screen, as with a pane that is scrolled behind its end. */
  handle(event: InspectEvent, settle: (state: InspectState) => InspectState = (state) => state): void {
    try {
      this.#state = settle(reduce(this.#state, event, this.#plan));
      this.#followSearch();
      this.#onState(this.#state);
      if (this.#state.wish) this.#grant(this.#state.wish);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#searching?.stop.abort();
    this.#ended.reject(error);
  }

  #grant(wish: Wish): void {
    if (wish.kind === 'quit') {
      this.#searching?.stop.abort();
      this.#ended.resolve({ interrupted: wish.interrupted, saved: this.#saved });
      return;
    }
    const { edits, file, replace } = wish;
    this.#world.save(edits, file, replace).then(
      (refused) => {
        if (refused) return this.handle({ type: 'not-saved', file, ...refused });
        this.#saved = { file, keys: this.#plan.outcome(edits).entries };
        this.handle({ type: 'saved', file, edits });
      },
      (error: unknown) => this.fail(error),
    );
  }

  /** Looks for what the state searches for, and stops looking for what it no longer does. */
  #followSearch(): void {
    const { search } = this.#state;
    if (search?.text === this.#searching?.text) return;
    this.#searching?.stop.abort();
    this.#searching = undefined;
    if (!search) return;
    const stop = new AbortController();
    this.#searching = { text: search.text, stop };
    this.#plan.search(search.text, stop.signal).then(
      (found) => this.handle({ type: 'found', found }),
      (error: unknown) => {
        if (!stop.signal.aborted) this.fail(error);
      },
    );
  }
}
