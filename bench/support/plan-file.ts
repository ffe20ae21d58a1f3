import { writeFileSync } from 'node:fs';
import type { PlanEntry, PlanHeader } from '../../src/core/plan/prefetch-plan.ts';
import { seededRandom } from './random.ts';
import { type KeyKind, shopKey, shopTable } from './shop-file.ts';

/** A plan of `keys` different rows out of `rows`, scattered over all of the table as hot rows are. */
export function writePlanFile(
  file: string,
  options: { group: string; rows: number; keys: number; kind: KeyKind; seed: number },
): void {
  const { group, rows, keys, kind, seed } = options;
  const random = seededRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < keys) chosen.add(1 + Math.floor(random() * rows));
  const origin = new Date();
  const header: PlanHeader = {
    kind: 'foresync.plan',
    version: 1,
    group,
    table: shopTable,
    origin: origin.toISOString(),
    horizonMs: 86_400_000,
    model: 'bench',
    minConfidence: 0.5,
    entries: keys,
    expectedHitRate: 0.5,
  };
  const expectedAt = new Date(origin.getTime() + 3_600_000).toISOString();
  const entries = [...chosen].map(
    (n, i): PlanEntry => ({
      key: shopKey(kind, n),
      confidence: 0.95,
      expectedAt,
      expectedReads: keys / (i + 1),
      expectedWrites: 0,
      model: 'bench',
    }),
  );
  writeFileSync(file, [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(''));
}
