import type { JoinModel } from '../../../src/core/simulate/join-model.ts';
import { KnownKeys } from '../../../src/core/simulate/known-keys.ts';
import { ReadColumns } from '../../../src/core/simulate/read-columns.ts';
import type { Replayed } from '../../../src/core/simulate/simulate-join.ts';

/** Machines and a link that cost nothing, but for the snapshot: a row a millisecond. */
export function slowSnapshot(rows: number, more: Partial<JoinModel> = {}): JoinModel {
  return {
    rows,
    rowBytes: 100,
    compression: 1,
    plannedToScanned: 1,
    linkBytesPerSecond: Number.POSITIVE_INFINITY,
    limitBytesPerSecond: Number.POSITIVE_INFINITY,
    rttMs: 0,
    donors: 1,
    costs: {
      connectMs: 0,
      hotRowsPerSecond: Number.POSITIVE_INFINITY,
      snapshotRowsPerSecond: 1000,
      deltaRowsPerSecond: Number.POSITIVE_INFINITY,
      verifyRowsPerSecond: Number.POSITIVE_INFINITY,
      publishMs: 0,
    },
    changedWithin: () => 0,
    ...more,
  };
}

/** A key by its reads before the origin, where its row stands, and when it is read after the origin. */
export interface TestKey {
  pastReads?: number;
  scanPlace: number;
  readAtMs: readonly number[];
  isNew?: boolean;
}

export function replayedOf(found: readonly TestKey[], model: JoinModel, share = 1): Replayed {
  const keys = new KnownKeys();
  const reads = new ReadColumns(1_000_000);
  found.forEach(({ pastReads = 0, scanPlace, readAtMs, isNew = false }, n) => {
    const lastReadMs = pastReads > 0 ? n + 1 : Number.NEGATIVE_INFINITY;
    const key = keys.add(String(n), { pastReads, lastReadMs, sizeBytes: Number.NaN, scanPlace, isNew });
    for (const atMs of readAtMs) reads.add(atMs, key, 1);
  });
  return { keys, reads: reads.result(0), model, share, originMs: 0 };
}
