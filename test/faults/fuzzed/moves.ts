import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { type RequestType, requests } from '../../../src/core/agent/protocol.ts';
import { flipAt, frameOf } from './frame-bytes.ts';
import { hostileImage, type ImageDamage, type ImageKind, imageDamage } from './hostile-images.ts';
import { placesOf } from './places.ts';
import type { Stage } from './stage.ts';

/** One thing that a hostile operator sends. */
export type Move =
  | { move: 'bytes'; bytes: Uint8Array }
  | {
      move: 'request';
      type: RequestType;
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
          type: fc.constantFrom(...types),
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
  const params = bent(soundParams(move.type, stage), move.bend, stage);
  const parts = partsOf(move, params);
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
  'joiner.snapshot': ['rows'],
  'joiner.delta': ['both'],
  'joiner.verify': ['both'],
  'joiner.repair': ['both', 'rows'],
  'joiner.recheck': ['both', 'keys', 'rows'],
};

let bomb: Buffer | undefined;

function partsOf(move: Move & { move: 'request' }, params: unknown): Buffer[] {
  if (move.payload === 'missing') return [];
  if (move.payload === 'no zstd') return [Buffer.from('no zstd')];
  // A hundred kilobytes that would become a gigabyte.
  if (move.payload === 'bomb') {
    bomb ??= zstdCompressSync(Buffer.alloc(1 << 30));
    return [bomb, bomb, bomb];
  }
  const isOfKeys = ['hot.read', 'hot.settle', 'cache.fill'].includes(move.type);
  if (isOfKeys) return [zstdCompressSync(JSON.stringify([1, 2, 'x', params])), zstdCompressSync('digests')];
  return (imagesOf[move.type] ?? []).map((kind, i) =>
    zstdCompressSync(hostileImage(kind, move.images[i] ?? { how: 'none' })),
  );
}

const digest = '0'.repeat(64);

function soundParams(type: RequestType, { donor, joiner, shape }: Stage): unknown {
  const limits = { maxKeys: 100, maxBytes: 100_000 };
  const range = { from: [{ i: '3' }], to: [{ i: '50' }] };
  const known: Partial<Record<RequestType, unknown>> = {
    'donor.open': { path: donor, table: 'items' },
    'capture.start': { id: 'add-replica:shop:new:1', leaseMs: 60_000, budgetKeys: 1000 },
    'capture.renew': { leaseMs: 60_000 },
    'cache.open': { captureId: 'add-replica:shop:new:1', kind: 'file', limitBytes: 1_000_000, create: true },
    'cache.fill': { maxBytes: 100_000, digests: true },
    'hot.read': { maxBytes: 100_000, leaveOut: true, digests: true },
    'hot.settle': { maxBytes: 100_000 },
    'donor.seek': { watermark: 0, snapshotAfter: [{ i: '7' }] },
    'snapshot.next': { targetBytes: 10_000 },
    'delta.next': limits,
    'verify.next': { targetBytes: 10_000, ...limits },
    'range.read': { range, ...limits },
    'recheck.next': limits,
    'joiner.look': { path: joiner, table: 'items', stores: [donor] },
    'joiner.open': { path: joiner, shape, runId: 'run', captureId: 'capture' },
    'joiner.snapshot': { to: [{ i: '60' }] },
    'joiner.delta': { watermark: 5 },
    'joiner.verify': { watermark: 6, range, digest },
    'joiner.repair': { watermark: 7, range, digest },
    'joiner.recheck': { watermark: 8, digest, complete: true },
    'joiner.publish': { replace: true, walMode: true },
    'joiner.discard': { path: joiner },
  };
  return known[type] ?? {};
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

function hostileFor(key: string, { donor, joiner, bystander, folder, shape }: Stage): unknown[] {
  const anything = [
    ...[
      null,
      true,
      -1,
      1.5,
      2 ** 53,
      1e308,
      '',
      'x'.repeat(5000),
      '\0',
      'a\0b',
      '\ud800',
      "'; DROP TABLE other; --",
    ],
    ...[[], {}, '@deep', JSON.parse('{"__proto__":{"complete":true}}'), { constructor: { prototype: 1 } }],
    ...[
      [{ n: true }],
      [{ b: 'AAAA' }],
      [{ r: 1e308 }],
      [{ i: '9999999999999999999' }],
      Array(64).fill({ t: '' }),
    ],
  ];
  const create = shape.sql;
  const special: Record<string, unknown[]> = {
    path: [
      ...[bystander, donor, joiner, folder, `${joiner}/../../bystander/own.db`, '../../own.db', '/dev/null'],
      ...[`${joiner}\0.db`, '/proc/self/mem', `file:${bystander}?mode=rw`, ':memory:'],
    ],
    table: ['other', 'ITEMS', 'sqlite_schema', 'sqlite_sequence', '"items"', 'main.items'],
    name: ['other', 'sqlite_schema', 'items"; DROP TABLE other; --', '_foresync_checkpoint'],
    sql: [
      `${create}; DROP TABLE other`,
      `${create}; ATTACH '${bystander}' AS b; DELETE FROM b.items`,
      'CREATE TABLE items AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n',
      'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v, g AS (load_extension(v)) STORED)',
      'CREATE TABLE items(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v REFERENCES other(a) ON DELETE CASCADE)',
      'CREATE TABLE other(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)',
      'CREATE TABLE _foresync_checkpoint(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v)',
      `CREATE TABLE items(${'('.repeat(2000)}`,
      'CREATE INDEX by_v ON other(a)',
      'CREATE INDEX by_v ON items(v) WHERE v IS NOT NULL; DROP TABLE other',
      'CREATE INDEX by_v ON items(hex(zeroblob(1000000)))',
      'CREATE INDEX by_v ON items(load_extension(v))',
    ],
    encoding: ['UTF-16le', 'UTF-16be'],
    pageSizeBytes: [512, 513, 65536],
    fallback: ["(SELECT v FROM other)'"],
    where: ['1; DROP TABLE other'],
    captureId: ['other', "' OR 1 --"],
    limitBytes: [0, 2 ** 52],
    kind: ['memory'],
    watermark: [2 ** 53 - 1],
    targetBytes: [0, 1, 2 ** 28],
    maxBytes: [0, 1, 2 ** 28],
    maxKeys: [0, 1, 1_000_000],
    leaseMs: [0, 2 ** 53 - 1],
    stores: [[bystander, '\0', '/dev/null', ...Array(900).fill(joiner)]],
    range: [{}, { from: [{ n: true }] }, { to: [{ t: 'AAAA' }] }],
    from: [[{ t: 'AAAA' }, { i: '1' }]],
  };
  return [...(special[key] ?? []), ...(special[key] ?? []), ...anything];
}
