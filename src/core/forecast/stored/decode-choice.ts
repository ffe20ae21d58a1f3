import { crc32, zstdDecompressSync } from 'node:zlib';
import type { Fitted } from '../fitted.ts';
import type { Point } from '../isotonic.ts';
import type { Learned } from '../learned/learn.ts';
import { allSimpleRules, decayRules } from '../models.ts';
import type { Forest } from '../trees/boost.ts';
import { bodyLimitBytes, bodyStart, type ChoiceText, choiceText, head } from './choice-format.ts';

/**
 * Undefined for what another version of the program stored. `damaged` for what is not whole, or holds anything that no forecast
 * could be made with: what this gives can be predicted with, whatever bytes come in.
 */
export function decodeChoice(blob: Uint8Array): Fitted | 'damaged' | undefined {
  if (blob.length >= head.length && !head.equals(blob.subarray(0, head.length))) return undefined;
  const body = blob.subarray(bodyStart);
  if (body.length === 0 || Buffer.from(blob).readUInt32BE(head.length) !== crc32(body)) return 'damaged';
  const found = choiceText.safeParse(jsonOf(body));
  return found.success ? (fittedOf(found.data) ?? 'damaged') : 'damaged';
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(zstdDecompressSync(body, { maxOutputLength: bodyLimitBytes }).toString());
  } catch {
    // Nothing that the schema takes: the caller hears that it is damaged.
    return undefined;
  }
}

function fittedOf(text: ChoiceText): Fitted | undefined {
  const decay = decayRules[text.decay];
  const learned = text.learned && learnedOf(text.learned);
  if (!decay) return undefined;
  const candidate = candidateOf(text.candidate, learned, decay);
  if (!candidate || (text.firstReads && !learned)) return undefined;
  const { past, from, firstReads, rates, writesFactor, backtest } = text;
  return {
    past: { ...past, tunedHalfLifeMs: past.tunedHalfLifeMs, tunedDecayWeight: past.tunedDecayWeight },
    candidate,
    from,
    decay,
    learned,
    firstReads: firstReads && { ...firstReads, forest: forestOf(firstReads.forest) },
    rates: {
      fit: rates.fit,
      confidence: rates.confidence && {
        byShare: pointsOf(rates.confidence.byShare),
        byVolume: pointsOf(rates.confidence.byVolume),
      },
    },
    judgedShare: text.judgedShare,
    writesFactor,
    series: text.series,
    seriesReports: {},
    births: text.births,
    backtest: {
      ...backtest,
      models: backtest.models.map(({ model, halfLifeMs, cycleMs, decayWeight, seasonal, ...score }) => ({
        model,
        ...(halfLifeMs === undefined ? {} : { halfLifeMs }),
        ...(cycleMs === undefined ? {} : { cycleMs }),
        ...(decayWeight === undefined ? {} : { decayWeight }),
        ...(seasonal === undefined ? {} : { seasonal }),
        ...score,
        hitRate: score.hitRate ?? Number.NaN,
        served: score.served ?? Number.NaN,
        calibrationError: score.calibrationError,
        reason: score.reason,
      })),
    },
  };
}

function candidateOf(
  text: ChoiceText['candidate'],
  learned: Learned | undefined,
  decay: Fitted['decay'],
): Fitted['candidate'] | undefined {
  if ('rule' in text) {
    const rule = allSimpleRules[text.rule];
    return rule && { rule };
  }
  return learned && { learned, decay, decayWeight: text.decayWeight };
}

/** What the forests said of earlier windows is not stored: nothing is judged or fitted by it any more. */
function learnedOf({ edges, forests }: NonNullable<ChoiceText['learned']>): Learned {
  return {
    bins: new Uint8Array(0),
    edges: edges.map((values) => Float32Array.from(values)),
    forests: forests.map((one) => ({ ...one, forest: forestOf(one.forest) })),
    folds: [],
    judged: [],
  };
}

function forestOf(trees: NonNullable<ChoiceText['firstReads']>['forest']): Forest {
  return trees.map(({ feature, bin, left, right, value }) => ({
    feature: Int16Array.from(feature),
    bin: Uint8Array.from(bin),
    left: Int16Array.from(left),
    right: Int16Array.from(right),
    value: Float64Array.from(value),
  }));
}

function pointsOf({ x, y }: { x: number[]; y: number[] }): Point[] {
  return x.map((at, i) => ({ x: at, y: y[i]! }));
}
