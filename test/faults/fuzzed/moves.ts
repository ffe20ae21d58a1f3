import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { type RequestType, requests } from '../../../src/core/agent/protocol.ts';
import type { ImageKind } from '../../../src/core/store/sqlite/row-reader.ts';
import { flipAt, frameOf } from './frame-bytes.ts';
import { hostileImage, type ImageDamage, imageDamage } from './hostile-images.ts';
import { hostileFor } from './hostile-values.ts';
import { placesOf } from './places.ts';
import { chunks } from './sound-images.ts';
import { soundParams } from './sound-params.ts';
import type { Stage } from './stage.ts';

/** One thing that a hostile operator sends. */
export type Move =
  | { move: 'bytes'; bytes: Uint8Array }
  | {
      move: 'request';
      type: RequestType;
      /** The chunk of the table that it is about. */
      nth: number;
      /** What is put in place of something in the parameters. */
      bend: { at: number; by: number } | undefined;
      images: ImageDamage[];
      payload: 'parts' | 'bomb' | 'no zstd' | 'missing';
      sizes: 'true' | 'off';
      damage: { at: number; xor: number; mendedSums: boolean } | undefined;
      keptBytes: number | undefined;
    };

const oneIn = <T>(times: number, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

/** Frames that the agent reads to the end come often: a damaged one ends it, and hides what comes after. */
export const moves = (types: readonly RequestType[]): fc.Arbitrary<Move[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 30,
        arbitrary: fc.record({
          move: fc.constant('request' as const),
          type: fc.constantFrom(...types.flatMap((type) => (imagesOf[type] ? [type, type, type] : type))),
          nth: fc.nat({ max: chunks - 1 }),
          bend: oneIn(3, fc.record({ at: fc.nat({ max: 1000 }), by: fc.nat({ max: 1000 }) })),
          images: fc.array(imageDamage, { minLength: 3, maxLength: 3 }),
          payload: mostly<'parts' | 'bomb' | 'no zstd' | 'missing'>('parts', 'bomb', 'no zstd', 'missing'),
          sizes: mostly<'true' | 'off'>('true', 'true', 'true', 'off'),
          damage: oneIn(
            40,
            fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }), mendedSums: fc.boolean() }),
          ),
          keptBytes: oneIn(40, fc.nat({ max: 400 })),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          move: fc.constant('bytes' as const),
          bytes: fc.uint8Array({ maxLength: 200 }),
        }),
      },
    ),
    { minLength: 1, maxLength: 14 },
  );

export const allTypes = Object.keys(requests) as RequestType[];

export function bytesOf(move: Move, n: number, stage: Stage): Buffer {
  if (move.move === 'bytes') return Buffer.from(move.bytes);
  const params = bent(soundParams(move.type, stage, move.nth), move.bend, stage);
  const parts = partsOf(move);
  const off = move.sizes === 'off' ? 1 : 0;
  const header = { n, type: move.type, params, sizes: parts.map(({ length }) => length + off) };
  // Deep enough for whatever would walk it by calling itself.
  const text = JSON.stringify(header).replaceAll('"@deep"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const damage = move.damage;
  const flip = (bytes: Buffer) => damage && flipAt(bytes, damage.at, damage.xor);
  const frame = frameOf(Buffer.from(text), Buffer.concat(parts), damage?.mendedSums ? flip : undefined);
  if (!damage?.mendedSums) flip(frame);
  return move.keptBytes === undefined ? frame : frame.subarray(0, move.keptBytes);
}

const imagesOf: Partial<Record<RequestType, ImageKind[]>> = {
  'joiner.hot': ['rows', 'keys'],
  'joiner.snapshot': ['ordered'],
  'joiner.delta': ['both'],
  'joiner.fetched': ['rows'],
  'joiner.verify': ['both'],
  'joiner.repair': ['both', 'rows'],
  'joiner.recheck': ['both', 'keys', 'rows'],
};

let bomb: Buffer | undefined;

function partsOf(move: Move & { move: 'request' }): Buffer[] {
  if (move.payload === 'missing') return [];
  if (move.payload === 'no zstd') return [Buffer.from('no zstd')];
  // A hundred kilobytes that would become a gigabyte.
  if (move.payload === 'bomb') {
    bomb ??= zstdCompressSync(Buffer.alloc(1 << 30));
    return [bomb, bomb, bomb];
  }
  const [first] = move.images;
  const isOfKeys = ['hot.read', 'hot.settle', 'cache.fill', 'rows.read'].includes(move.type);
  if (isOfKeys) return [keysOf(first), 'digests'].map((part) => zstdCompressSync(part));
  return (imagesOf[move.type] ?? []).map((kind, i) =>
    zstdCompressSync(hostileImage(kind, move.nth, move.images[i] ?? { how: 'none' })),
  );
}

/** A list of planned keys; some are no key of the table. */
function keysOf(damage: ImageDamage | undefined): Buffer | string {
  if (damage?.how === 'bytes') return Buffer.from(damage.bytes);
  if (damage?.how === 'sql')
    return JSON.stringify([damage.sql, [1, 2], { int: damage.sql }, { base64: 'AP8=' }]);
  if (damage?.how === 'cut') return JSON.stringify([{ key: damage.bytes }]);
  return JSON.stringify([1, 2, 'x', 2 ** 53, 5, { int: '6' }]);
}

/** A value somewhere in the parameters is replaced by a hostile one. */
function bent(params: unknown, bend: { at: number; by: number } | undefined, stage: Stage): unknown {
  if (!bend) return params;
  const copy = structuredClone({ params });
  const places = placesOf(copy);
  const place = places[bend.at % places.length];
  if (!place) return params;
  const fitting = hostileFor(place.key, stage);
  place.owner[place.key] = fitting[bend.by % fitting.length];
  return copy.params;
}

/** A move as an operator of ours makes it. */
export const sound = (type: RequestType, nth = 0): Move => ({
  ...{ move: 'request', type, nth, bend: undefined, images: [], payload: 'parts', sizes: 'true' },
  ...{ damage: undefined, keptBytes: undefined },
});
