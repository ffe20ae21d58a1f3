import { createHash } from 'node:crypto';
import { z } from 'zod';
import { featureCount, featureNames } from '../features/feature-rows.ts';
import { forestKinds } from '../learned/learned-forest.ts';
import { allSimpleRules, forecastModels } from '../models.ts';
import { mostLeaves } from '../trees/leaf-masks.ts';

/** Raised whenever the meaning of what is stored changes, that of a feature or a rule of the same name among it. */
const formatVersion = 3;

const rules = allSimpleRules.map(({ model, halfLife, cycleMs }) => [model, halfLife, cycleMs]);

/**
 * A stored choice is this head, the CRC-32 of the rest (4 bytes, big-endian), and JSON of `choiceText` as zstd. The head depends on the version and on the
 * names of the features and rules, so what another version of the program stored is told by its first bytes.
 */
export const head = createHash('sha256')
  .update(JSON.stringify([formatVersion, featureNames, rules]))
  .digest()
  .subarray(0, 8);
export const bodyStart = head.length + 4;
/** Far more than a choice takes, so that a damaged one cannot take all memory. */
export const bodyLimitBytes = 64 << 20;

/** With sums beyond these the exponential of a forest's sum is no finite number. */
const mostLogReads = 30;
const mostRootReads = 1e9;
const mostTrees = 1000;
/** What `leafMasks` has bits for. */
const mostNodes = 2 * mostLeaves - 1;

const finite = z.number();
const count = z.int().min(0);
const words = z.string().max(200);

const tree = z
  .object({
    feature: z
      .array(
        z
          .int()
          .min(0)
          .max(featureCount - 1),
      )
      .max(mostNodes),
    bin: z.array(z.int().min(0).max(255)),
    left: z.array(z.int().min(-1)),
    right: z.array(z.int().min(-1)),
    value: z.array(finite),
  })
  .refine(({ feature, bin, left, right, value }) => {
    const nodes = feature.length;
    if (nodes === 0 || [bin, left, right, value].some((column) => column.length !== nodes)) return false;
    // Children lie behind their parent, so that every way down ends.
    return left.every((l, i) => l < 0 || (l > i && l < nodes && right[i]! > i && right[i]! < nodes));
  }, 'is no tree');

const forest = z.array(tree).max(mostTrees);
type ForestText = z.infer<typeof forest>;

function reach(trees: ForestText): number {
  return trees.reduce((sum, { value }) => sum + value.reduce((most, v) => Math.max(most, Math.abs(v)), 0), 0);
}

const learnedForest = z
  .object({
    kind: z.enum(forestKinds),
    forest,
    base: finite,
    decayFeature: z
      .int()
      .min(0)
      .max(featureCount - 1),
  })
  .refine(({ kind, forest, base }) => {
    const most = kind === 'roots' ? mostRootReads : mostLogReads;
    return Math.abs(base) <= most && reach(forest) <= most;
  }, 'goes too far');

function rising(values: number[]): boolean {
  return values.every((value, i) => i === 0 || value >= values[i - 1]!);
}

const curve = z
  .object({ x: z.array(finite).min(1), y: z.array(z.number().min(0).max(1)) })
  .refine(({ x, y }) => x.length === y.length && rising(x) && rising(y), 'is no curve');

const modelName = z.object({
  model: z.enum(forecastModels).exclude(['auto']),
  halfLifeMs: z.number().positive().optional(),
  cycleMs: z.number().positive().optional(),
  decayWeight: z.number().min(0).max(100).optional(),
  seasonal: z.boolean().optional(),
});

export const choiceText = z.object({
  past: z.object({
    originMs: finite,
    bucketMs: z.number().positive(),
    horizonMs: z.number().positive(),
    first: z.int(),
    end: z.int(),
    reads: z.number().min(0),
    tunedHalfLifeMs: z.number().positive().optional(),
    tunedDecayWeight: z.number().min(0).max(100).optional(),
    timeBudget: z.object({ seconds: z.number().positive(), byClock: z.boolean() }),
  }),
  /** A simple rule by its place among all, or a blend of the forests with the decayed count by its weight. */
  candidate: z.union([
    z.object({ rule: count }).strict(),
    z.object({ decayWeight: z.number().min(0).max(100) }).strict(),
  ]),
  from: z.enum(['backtest', 'named', 'default']),
  /** Its place among the decayed counts. */
  decay: count,
  learned: z
    .object({
      edges: z.array(z.array(finite).max(254).refine(rising, 'fall')).length(featureCount),
      forests: z.array(learnedForest).min(1).max(10),
    })
    .optional(),
  firstReads: z
    .object({
      forest: forest.refine((trees) => reach(trees) <= mostLogReads),
      share: z.number().min(0).max(1),
    })
    .optional(),
  rates: z.object({
    fit: z.object({
      intercept: z.number().min(-100).max(100),
      slope: z.number().min(0.1).max(2),
      zeroRate: z.number().min(0).max(1e12),
    }),
    confidence: z.object({ byShare: curve, byVolume: curve }).optional(),
  }),
  judgedShare: z.number().gt(0).max(1),
  writesFactor: z.number().min(0).max(1e12),
  series: z
    .union([
      z.object({ model: z.literal('arima'), seasonal: z.boolean() }),
      z.object({ model: z.literal('lstm') }),
    ])
    .optional(),
  births: z.object({ keysPerHorizon: z.number().min(0), readsShare: z.number().min(0).max(1) }).optional(),
  backtest: z.object({
    models: z.array(
      modelName.extend({
        hitRate: z.number().nullable(),
        served: z.number().nullable(),
        calibrationError: z.number().optional(),
        ms: z.number().min(0),
        windows: count,
        chosen: z.boolean(),
        reason: words.optional(),
      }),
    ),
    windows: count,
    calibrationWindows: count,
    leads: z.array(z.number().min(-1.001).max(1.001)).min(1).max(1000),
    judgedBy: z.enum(['time', 'keys']),
    rows: count,
  }),
});
export type ChoiceText = z.infer<typeof choiceText>;
