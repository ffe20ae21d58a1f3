import path from 'node:path';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { type FindPast, InspectedPlan } from '../../../../src/core/plan/inspect/inspected-plan.ts';
import { PlanIndex } from '../../../../src/core/plan/inspect/plan-index.ts';
import type { PlanEntry, PlanHeader } from '../../../../src/core/plan/prefetch-plan.ts';
import { writePlan } from '../../../../src/core/plan/write-plan.ts';
import { temporaryFolder } from '../../../support/tables.ts';

export const originMs = Date.parse('2026-01-31T00:00:00.000Z');

export function entry(key: PlanEntry['key'], changes: Partial<PlanEntry> = {}): PlanEntry {
  return {
    key,
    confidence: 0.9,
    expectedAt: '2026-01-31T08:41:00.000Z',
    expectedReads: 2,
    expectedWrites: 0,
    sizeBytes: 100,
    donor: 'us-east',
    model: 'learned',
    ...changes,
  };
}

/** Writes a plan of these entries, and says where. */
export async function planFile(
  folder: string,
  entries: readonly PlanEntry[],
  changes: Partial<PlanHeader> = {},
  name = 'plan.jsonl',
): Promise<string> {
  const file = path.join(folder, name);
  const header: PlanHeader = {
    kind: 'foresync.plan',
    version: 1,
    origin: new Date(originMs).toISOString(),
    horizonMs: 86_400_000,
    model: 'auto',
    minConfidence: 0,
    entries: entries.length,
    expectedHitRate: 0.8,
    ...changes,
  };
  await writePlan(file, { header, entries: () => entries });
  return file;
}

/** An index of a plan of these entries, which is closed with the test. */
export async function indexOf(
  t: TestContext,
  entries: readonly PlanEntry[],
  changes: Partial<PlanHeader> = {},
): Promise<PlanIndex> {
  const index = await PlanIndex.open(await planFile(temporaryFolder(t), entries, changes));
  t.after(() => index.close());
  return index;
}

export async function inspected(
  t: TestContext,
  entries: readonly PlanEntry[],
  changes: Partial<PlanHeader> = {},
  findPast: FindPast = () => ({ absent: 'There is no history here.' }),
): Promise<InspectedPlan> {
  return new InspectedPlan(await indexOf(t, entries, changes), findPast);
}

/** `count` entries, the best first, on three donors, some without a size. */
export function manyEntries(count: number): PlanEntry[] {
  return Array.from({ length: count }, (_, i) =>
    entry(`user:${(i * 7919) % 100_003}`, {
      confidence: 1 - i / count,
      expectedReads: count / (i + 1),
      expectedAt: new Date(originMs + ((i * 6007) % 86_400) * 1000).toISOString(),
      sizeBytes: i % 10 === 9 ? undefined : 100 + (i % 300),
      donor: ['us-east', 'us-west', undefined][i % 3],
      model: i % 5 === 0 ? 'decay' : 'learned',
    }),
  );
}

const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const amount = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0);
const key: fc.Arbitrary<PlanEntry['key']> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('\u0000', 'ü'.repeat(200), 'a'.repeat(300), '\ud800', 'user:1', '1'),
  fc.integer(),
  fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.integer()), { minLength: 1, maxLength: 3 }),
);

/** Any entry that a plan may have. */
export const anyEntry: fc.Arbitrary<PlanEntry> = fc
  .record({
    key,
    confidence: share,
    expectedReads: amount,
    expectedWrites: amount,
    sizeBytes: fc.option(amount, { nil: undefined }),
    donor: fc.constantFrom(undefined, 'us-east', 'us-west', ''),
    model: fc.constantFrom('learned', 'decay'),
    pinned: fc.constantFrom(undefined, true, false),
    expectedAt: fc.integer({ min: 0, max: 86_400_000 }).map((ms) => new Date(originMs + ms).toISOString()),
  })
  .map((fields) => JSON.parse(JSON.stringify(fields)) as PlanEntry);

export const anyEntries = fc.array(anyEntry, { maxLength: 25 });
