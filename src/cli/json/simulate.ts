import { z } from 'zod';
import { orderNames } from '../../core/simulate/hot-list.ts';
import type { SimulationReport } from '../../core/simulate/simulation-report.ts';
import { declaredAs } from './declared-as.ts';
import { bytes, count, durationMs, share, text, timeMs } from './figures.ts';

const sourced = (words: string) =>
  z
    .strictObject({ value: count(words), from: z.enum(['flag', 'run', 'logs', 'assumed']) })
    .describe('`from`: a flag, the latest run of the table, the logs, or what is usual.');

const perSecond = (words: string) => count(`${words} Rows a second.`);

const model = z.strictObject({
  table: z.strictObject({
    rows: sourced('Rows of the table.'),
    rowBytes: sourced('Bytes of a row.'),
    compression: sourced('Bytes of rows that become one on the link.'),
    plannedToScanned: sourced(
      'How many times more a planned row takes on the link than one of the snapshot.',
    ),
  }),
  linkBytesPerSecond: bytes('The rate of the link; absent where nothing limits it.').optional(),
  limitBytesPerSecond: bytes('What --bwlimit allows; absent without it.').optional(),
  rttMs: durationMs('The round trip.'),
  donors: count('Replicas that give planned rows.'),
  writesPerSecond: perSecond('What is written; absent where it is what the logs have.').optional(),
  costs: z
    .strictObject({
      connectMs: durationMs('From the start until rows may go, apart from the round trips.'),
      hotRowsPerSecond: perSecond('Planned rows.'),
      snapshotRowsPerSecond: perSecond('Rows in the order of the table.'),
      deltaRowsPerSecond: perSecond('Changed rows.'),
      verifyRowsPerSecond: perSecond('Compared rows.'),
      publishMs: durationMs('Until the table is in its place, apart from the round trips.'),
    })
    .describe('What the machines can do, whatever the link.'),
});

const join = z.strictObject({
  order: z.enum(orderNames),
  minConfidence: share('The threshold of the plan.').optional(),
  budgetKeys: count('The budget in keys.').optional(),
  budgetBytes: bytes('The budget in bytes.').optional(),
  hotKeys: count('Keys that go ahead of the snapshot.'),
  hotBytes: bytes('The size of their rows.'),
  hotReadyMs: durationMs('From the start to hot-ready; absent where nothing goes ahead.').optional(),
  inSyncMs: durationMs(
    'From the start to in sync; absent where writers are faster than the joiner.',
  ).optional(),
  phases: z.strictObject({
    connectMs: durationMs('Connecting.'),
    hotMs: durationMs('Hot rows.'),
    snapshotMs: durationMs('The snapshot.'),
    deltaMs: durationMs('The Delta Log.'),
    verifyMs: durationMs('Comparing.'),
    publishMs: durationMs('Putting the table in its place.'),
  }),
  wireBytes: z
    .strictObject({
      hot: bytes('Hot rows.'),
      snapshot: bytes('The snapshot.'),
      delta: bytes('The Delta Log.'),
    })
    .describe('On the link.'),
  deltaRows: count('Rows that the Delta Log brings.'),
  hitRate: share('Reads that found their row; absent where there were none.').optional(),
  hotReadShare: share('Reads of the keys that go ahead, whenever they came.').optional(),
  hitRateError: share('How far hitRate may lie from that of all keys, by 95 %.').optional(),
  ready: z
    .strictObject({
      halfMs: durationMs('For half of the reads.').optional(),
      ninetyMs: durationMs('For nine tenths.').optional(),
      ninetyNineMs: durationMs('For 99 %.').optional(),
    })
    .describe('When the rows were there that so many of the reads ask for, from the start.'),
  course: z
    .strictObject({
      fromMs: timeMs('Where the first step begins.'),
      stepMs: durationMs('The length of a step.'),
      reads: z.array(z.number()),
      hits: z.array(z.number()),
    })
    .describe('Reads and hits in sixty equal steps of lookedAtMs.'),
});

const simulation = z.strictObject({
  originMs: timeMs('Where the join begins.'),
  horizonMs: durationMs('How far the plan looks ahead.'),
  timeScale: count('How many times faster accesses come than the logs have them.'),
  windowMs: durationMs('How long after the origin accesses go on, within the horizon.'),
  lookedAtMs: durationMs(
    'The time that all hit rates are of: until the slowest join is in sync, or the window ends.',
  ),
  reads: count('Reads in that time.'),
  replayed: z.enum(['logs', 'history']),
  model,
  sample: z.strictObject({
    keys: count('Keys that were replayed.'),
    share: share('What they are of all keys.'),
  }),
  plan: z
    .strictObject({
      from: z.enum(['file', 'forecast']),
      file: text('The plan file.').optional(),
      unknownShare: share('Keys of the plan that no log has.'),
    })
    .describe("Where foresync's order comes from; absent where it was not asked for.")
    .optional(),
  joins: z.array(join).describe('In the order in which they were asked for.'),
});

type SimulateResult = SimulationReport & { seconds: number };

export const simulateJson = declaredAs<SimulateResult>()(
  simulation.extend({ seconds: count('What it took.') }),
);
