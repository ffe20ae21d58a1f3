import { noDonor } from '../inspect/entry-columns.ts';
import type { PlanIndex } from '../inspect/plan-index.ts';

/** What an entry can differ in. */
export const comparedFields = [
  'confidence',
  'expectedReads',
  'expectedWrites',
  'expectedAt',
  'sizeBytes',
  'donor',
  'model',
  'pinned',
] as const;

export type ComparedField = (typeof comparedFields)[number];

/** Whether an entry of A differs from one of B, by field. */
export type FieldTests = Record<ComparedField, (inA: number, inB: number) => boolean>;

export function fieldTests({ columns: a }: PlanIndex, { columns: b }: PlanIndex): FieldTests {
  const figure =
    (one: Float64Array | Uint8Array, other: Float64Array | Uint8Array) => (i: number, j: number) =>
      !Object.is(one[i], other[j]);
  const name = (
    one: Uint32Array,
    names: readonly string[],
    other: Uint32Array,
    otherNames: readonly string[],
  ) => {
    // Each plan numbers its names on its own.
    const numbers = new Map(otherNames.map((text, number) => [text, number]));
    const inB = names.map((text) => numbers.get(text) ?? -1);
    return (i: number, j: number) => {
      const [left, right] = [one[i] as number, other[j] as number];
      return left === noDonor || right === noDonor ? left !== right : inB[left] !== right;
    };
  };
  return {
    confidence: figure(a.confidence, b.confidence),
    expectedReads: figure(a.expectedReads, b.expectedReads),
    expectedWrites: figure(a.expectedWrites, b.expectedWrites),
    expectedAt: figure(a.expectedAtMs, b.expectedAtMs),
    sizeBytes: figure(a.sizeBytes, b.sizeBytes),
    donor: name(a.donor, a.donors, b.donor, b.donors),
    model: name(a.model, a.models, b.model, b.models),
    pinned: figure(a.pinned, b.pinned),
  };
}
