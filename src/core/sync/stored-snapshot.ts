import { z } from 'zod';
import { emptySnapshot } from './empty-snapshot.ts';
import { hookNames, hookStates, limitSetters, phaseNames, promiseGrounds } from './events.ts';
import type { RunSnapshot } from './snapshot.ts';

const figure = z.number();
const range = z.object({ leastMs: figure, mostMs: figure });
const count = z.object({ rows: figure, rawBytes: figure, wireBytes: figure });

const stored = z.object({
  runId: z.string(),
  command: z.enum(['prefetch', 'add-replica']),
  group: z.string(),
  table: z.string(),
  lead: z.string(),
  joiner: z.string().optional(),
  resumed: z.boolean(),
  startedAtMs: figure,
  atMs: figure,
  phases: z.array(
    z.object({
      name: z.enum(phaseNames),
      state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
      startedAtMs: figure.optional(),
      endedAtMs: figure.optional(),
      earlierMs: figure.optional(),
      share: figure.optional(),
    }),
  ),
  plan: z
    .object({
      keys: figure,
      expectedReads: figure,
      expectedHitRate: figure,
      minConfidence: figure,
      origin: z.string(),
      horizonMs: figure,
      arrivedKeys: figure,
      missingKeys: figure,
      arrivedReads: figure,
    })
    .optional(),
  tableEstimate: z.object({ rows: figure, sizeBytes: figure }).optional(),
  byKind: z.object({
    cache: count,
    hot: count,
    snapshot: count,
    delta: count,
    repair: count,
    fetched: count.default({ rows: 0, rawBytes: 0, wireBytes: 0 }),
  }),
  donors: z.array(
    count.extend({
      donor: z.string(),
      host: z.string(),
      state: z.enum(['connecting', 'ready', 'reading', 'done', 'lost']),
      answerMs: figure.optional(),
      writeMs: figure.optional(),
      writes: z.object({ count: figure, medianMs: figure, p99Ms: figure, maxMs: figure }).optional(),
      cpuMs: figure.optional(),
      peakBytes: figure.optional(),
    }),
  ),
  backlog: z.object({ keys: figure, round: figure }).optional(),
  deltaLog: z
    .object({
      keys: figure,
      mostKeys: figure.optional(),
      budgetKeys: figure,
      keysPerSecond: figure.optional(),
      fullInMs: figure.optional(),
    })
    .transform((log) => ({ ...log, mostKeys: log.mostKeys ?? log.keys }))
    .optional(),
  verification: z
    .object({ ranges: figure, rows: figure, differences: figure, repairedRows: figure })
    .optional(),
  limit: z.object({ bytesPerSecond: figure, setBy: z.enum(limitSetters) }).optional(),
  rowsPerSecond: figure,
  wireBytesPerSecond: figure,
  rateHistory: z.array(figure),
  etaMs: figure.optional(),
  etaRange: range.optional(),
  pausedSinceMs: figure.optional(),
  pausedMs: figure.default(0),
  promise: z
    .object({ hotReady: range.optional(), inSync: range, from: z.enum(promiseGrounds), runs: figure })
    .optional(),
  joinerClock: z.object({ aheadMs: figure, withinMs: figure }).optional(),
  serving: z
    .object({
      address: z.string(),
      sinceMs: figure.default(0),
      reads: figure,
      hits: figure,
      readsPerSecond: figure.optional(),
      recentHitRate: figure.optional(),
      keysUnderWay: figure.default(0),
      notLogged: figure.default(0),
      log: z.object({ host: z.string(), file: z.string() }).optional(),
    })
    .optional(),
  hotReadyAtMs: figure.optional(),
  inSyncAtMs: figure.optional(),
  inSyncRows: figure.optional(),
  inSyncWatermark: figure.optional(),
  follow: z
    .object({
      watermark: figure,
      keysWaiting: figure,
      levelAtMs: figure,
      lagMs: figure,
      rows: figure.optional(),
    })
    .optional(),
  hooks: z
    .array(z.object({ hook: z.enum(hookNames), state: z.enum(hookStates), exitCode: figure.optional() }))
    .optional(),
  notes: z.array(z.object({ atMs: figure, level: z.enum(['info', 'warning']), text: z.string() })),
  outcome: z.enum(['running', 'done', 'stopped', 'failed']),
  error: z.string().optional(),
});

/** A RunSnapshot out of its JSON; undefined where it was kept by a foresync that told other things. */
export function storedSnapshot(json: unknown): RunSnapshot | undefined {
  const parsed = stored.safeParse(json);
  return parsed.success ? ({ ...emptySnapshot(), ...parsed.data } as RunSnapshot) : undefined;
}
