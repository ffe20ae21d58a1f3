import { crc32, zstdCompressSync } from 'node:zlib';
import { isLearned } from '../backtest/candidates.ts';
import type { Fitted } from '../fitted.ts';
import type { Point } from '../isotonic.ts';
import { allSimpleRules, decayRules } from '../models.ts';
import type { Forest } from '../trees/boost.ts';
import { type ChoiceText, head } from './choice-format.ts';

/** All that a later forecast needs to predict by the same choice, in the format of `choice-format.ts`; a few hundred kilobytes at most. */
export function encodeChoice(fitted: Fitted): Uint8Array {
  return wrap(JSON.stringify(textOf(fitted)));
}

/** Exported for tests of what a body that is well wrapped may hold. */
export function wrap(json: string): Uint8Array {
  const body = zstdCompressSync(json);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, check, body]);
}

function textOf(fitted: Fitted): ChoiceText {
  const { candidate, decay, learned, firstReads, rates, backtest } = fitted;
  const { confidence } = rates;
  return {
    past: fitted.past,
    candidate: isLearned(candidate)
      ? { decayWeight: candidate.decayWeight }
      : { rule: allSimpleRules.indexOf(candidate.rule) },
    from: fitted.from,
    decay: decayRules.indexOf(decay),
    learned: learned && {
      edges: learned.edges.map((edges) => [...edges]),
      forests: learned.forests.map((one) => ({ ...one, forest: treesOf(one.forest) })),
    },
    firstReads: firstReads && { ...firstReads, forest: treesOf(firstReads.forest) },
    rates: {
      fit: rates.fit,
      confidence: confidence && {
        byShare: columns(confidence.byShare),
        byVolume: columns(confidence.byVolume),
      },
    },
    judgedShare: fitted.judgedShare,
    writesFactor: fitted.writesFactor,
    series: fitted.series,
    births: fitted.births,
    backtest,
  };
}

function treesOf(forest: Forest): NonNullable<ChoiceText['firstReads']>['forest'] {
  return forest.map(({ feature, bin, left, right, value }) => ({
    feature: [...feature],
    bin: [...bin],
    left: [...left],
    right: [...right],
    value: [...value],
  }));
}

function columns(points: Point[]): { x: number[]; y: number[] } {
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}
