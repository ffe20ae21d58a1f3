import { writeFileSync } from 'node:fs';
import type { PlanEntry, PlanHeader } from '../../src/core/plan/prefetch-plan.ts';
import { shopTable } from '../support/shop-file.ts';
import type { TimedRead } from './trace-readers.ts';

const hourMs = 3_600_000;

/**
 * All rows that are read before the joiner is in sync, those first of which most reads would come before the row does by itself. No read asks for any other, and
 * one that would come just in time may well come too late behind those that go ahead.
 */
export function bestInHindsight(
  reads: readonly TimedRead[],
  { arrivalMs, inSyncMs }: { arrivalMs: (row: number) => number; inSyncMs: number },
): number[] {
  const missed = new Map<number, number>();
  for (const { dueMs, row } of reads)
    if (dueMs < inSyncMs) missed.set(row, (missed.get(row) ?? 0) + (dueMs < arrivalMs(row) ? 1 : 0));
  return [...missed].toSorted((a, b) => b[1] - a[1]).map(([row]) => row);
}

/** Rows in an order of one's own, as a plan file that add-replica takes. */
export function writeOrder(file: string, rows: readonly number[], group: string): void {
  const origin = new Date();
  const header: PlanHeader = {
    kind: 'foresync.plan',
    version: 1,
    group,
    table: shopTable,
    origin: origin.toISOString(),
    horizonMs: hourMs,
    model: 'hindsight',
    minConfidence: 0.5,
    entries: rows.length,
    expectedHitRate: 1,
  };
  const expectedAt = new Date(origin.getTime() + hourMs / 2).toISOString();
  const entries = rows.map(
    (key, place): PlanEntry => ({
      key,
      confidence: 1,
      expectedAt,
      expectedReads: rows.length - place,
      expectedWrites: 0,
      model: 'hindsight',
    }),
  );
  writeFileSync(file, [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** The rows of a plan file, in its order. */
export function rowsOfPlan(text: string): number[] {
  const [, ...entries] = text.trimEnd().split('\n');
  return entries.map((line) => Number((JSON.parse(line) as PlanEntry).key));
}
