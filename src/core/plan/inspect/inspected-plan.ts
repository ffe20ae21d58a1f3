import type { PlanEntry, PlanHeader } from '../prefetch-plan.ts';
import { detailOf, type EntryDetail, type NoPast } from './entry-detail.ts';
import { type HitRateCurve, hitRateCurve, type ThresholdPoint, thresholdCurve } from './hit-rate-curve.ts';
import type { KeyPast } from './key-past.ts';
import { editsOf, type PlanEdits, sameEdits, toggleExclusion, togglePin } from './plan-edits.ts';
import type { PlanIndex } from './plan-index.ts';
import { type Fate, fateOf, outcomeOf, type PlanOutcome } from './plan-outcome.ts';
import { listedEntries, type PlanView, sortedEntries, sortOrders } from './plan-rows.ts';
import { type FoundKeys, searchKeys } from './search-keys.ts';

/** Looks a key up in the access history; `key` is as the access log has it. */
export type FindPast = (key: string) => KeyPast | NoPast;

/** Keeps the last answer, for a question that is asked again with each frame. */
function remembered<Question, Answer>(
  ask: (question: Question) => Answer,
  isSame: (a: Question, b: Question) => boolean = Object.is,
) {
  let last: { question: Question; answer: Answer } | undefined;
  return (question: Question): Answer => {
    if (!last || !isSame(last.question, question)) last = { question, answer: ask(question) };
    return last.answer;
  };
}

/** A plan as an inspector asks it. Answers are those of pure functions; the last of each kind is kept. */
export class InspectedPlan {
  readonly index: PlanIndex;
  /** What the plan is without edits. */
  readonly whole: PlanOutcome;
  readonly unedited: PlanEdits;
  readonly sortOrders = sortOrders;
  readonly togglePin = togglePin;
  readonly toggleExclusion = toggleExclusion;
  readonly sameEdits = sameEdits;
  readonly #findPast: FindPast;
  readonly #sorted = remembered(
    ({ sort, reverse }: PlanView) => sortedEntries(this.index, sort, reverse),
    (a: PlanView, b: PlanView) => a.sort === b.sort && a.reverse === b.reverse,
  );
  readonly #rows = remembered((view: PlanView) => listedEntries(this.index, this.#sorted(view), view));
  readonly #outcome = remembered((edits: PlanEdits) => outcomeOf(this.index, edits));
  readonly #curve = remembered(
    ({ edits, parts }: { edits: PlanEdits; parts: number }) =>
      hitRateCurve(this.index, this.outcome(edits), parts),
    (a, b) => a.edits === b.edits && a.parts === b.parts,
  );
  readonly #detail = remembered(
    ({ edits, number }: { edits: PlanEdits; number: number }) =>
      detailOf(this.index, this.outcome(edits), number, this.#findPast(this.index.at(number))),
    (a, b) => a.edits === b.edits && a.number === b.number,
  );

  constructor(index: PlanIndex, findPast: FindPast) {
    this.index = index;
    this.#findPast = findPast;
    this.unedited = editsOf(index);
    this.whole = outcomeOf(index, this.unedited);
  }

  get file(): string {
    return this.index.file;
  }

  get header(): PlanHeader {
    return this.index.header;
  }

  get donors(): readonly string[] {
    return this.index.columns.donors;
  }

  get models(): readonly string[] {
    return this.index.columns.models;
  }

  /** Numbers of the entries that are listed, in their order. */
  rows(view: PlanView): Uint32Array {
    return this.#rows(view);
  }

  outcome(edits: PlanEdits): PlanOutcome {
    return edits === this.unedited ? this.whole : this.#outcome(edits);
  }

  fate(edits: PlanEdits, entry: number): Fate {
    return fateOf(this.outcome(edits), entry);
  }

  curve(edits: PlanEdits, parts: number): HitRateCurve {
    return this.#curve({ edits, parts });
  }

  thresholds(edits: PlanEdits, thresholds: readonly number[]): ThresholdPoint[] {
    return thresholdCurve(this.index, this.outcome(edits), thresholds);
  }

  /** Throws `plan-invalid` where the file was written over meanwhile. */
  entry(number: number): PlanEntry {
    return this.index.entryAt(number);
  }

  /** Throws as `entry` does. */
  detail(edits: PlanEdits, number: number): EntryDetail {
    return this.#detail({ edits, number });
  }

  search(text: string, signal: AbortSignal): Promise<FoundKeys> {
    return searchKeys(this.index, text, signal);
  }
}
