import type { Candidates } from '../../../src/core/plan/candidates.ts';

export const hourMs = 3_600_000;

export interface ExampleKey {
  key: string;
  confidence?: number;
  reads?: number;
  writes?: number;
  size?: number;
  lastReadMs?: number;
}

/** Keys with these figures over a day whose reads are spread evenly, or as `readShareBy` says. */
export function candidates(keys: ExampleKey[], readShareBy?: Candidates['readShareBy']): Candidates {
  const horizonMs = 24 * hourMs;
  const column = (of: (key: ExampleKey) => number) => Float64Array.from(keys, of);
  return {
    keys: keys.map(({ key }) => key),
    confidence: column(({ confidence = 1 }) => confidence),
    expectedReads: column(({ reads = 1 }) => reads),
    expectedWrites: column(({ writes = 0 }) => writes),
    sizeBytes: column(({ size = 100 }) => size),
    lastReadMs: column(({ lastReadMs = 0 }) => lastReadMs),
    horizonMs,
    readShareBy: readShareBy ?? ((ms) => ms / horizonMs),
  };
}
