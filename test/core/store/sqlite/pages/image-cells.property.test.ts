import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForesyncError } from '../../../../../src/core/errors.ts';
import { ImageCells } from '../../../../../src/core/store/sqlite/pages/image-cells.ts';
import { hostileImage } from '../../../../faults/fuzzed/hostile-images.ts';
import { keyedImage } from './keyed-image.ts';

const numRuns = Number(process.env.FORESYNC_FAULT_RUNS ?? 2000);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20262);

function walk(image: Buffer): number {
  let rows = 0;
  for (const cells = new ImageCells(image); cells.next(); rows++)
    for (const piece of cells.payload()) void piece;
  return rows;
}

const refused = { kind: 'protocol', code: 'image-foreign' };

test('bytes that are no image, another order, or pages that lead to one another are refused', () => {
  assert.equal(walk(keyedImage([])), 0);
  assert.throws(() => walk(Buffer.alloc(0)), refused);
  assert.throws(() => walk(Buffer.from('no database'.repeat(1000))), refused);
  assert.throws(() => walk(keyedImage([]).subarray(0, 16384)), refused);
  assert.throws(() => walk(hostileImage('ordered', 0, { how: 'lattice' })), refused);
});

test('rows that would come to more bytes than the image has are refused: those that share overflow pages, or lie in one another', () => {
  for (const rows of [2, 300])
    assert.throws(() => walk(hostileImage('ordered', 0, { how: 'circle', rows })), refused);
  assert.throws(() => walk(hostileImage('ordered', 0, { how: 'nested' })), refused);
});

test('a walk over a damaged image ends, and comes to nothing worse than a refusal', () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({
    id: BigInt(i * 37),
    value: Buffer.alloc((i * 53) % 1900, i),
  }));
  const images = [512, 1024, 16384].map((bytes) => keyedImage(rows, bytes));
  const flips = fc.array(fc.tuple(fc.nat({ max: 1 << 20 }), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 12,
  });
  let refusals = 0;
  fc.assert(
    fc.property(fc.constantFrom(...images), flips, fc.boolean(), (sound, places, inHeads) => {
      const image = Buffer.from(sound);
      const pageBytes = image.readUInt16BE(16);
      for (const [at, xor] of places) {
        // The heads of pages, where pointers are, matter most.
        const place = inHeads ? (at % 200) * pageBytes + 100 + (at % 40) : at;
        const within = place % image.length;
        image[within] = (image[within] as number) ^ xor;
      }
      try {
        walk(image);
      } catch (error) {
        assert.ok(error instanceof ForesyncError && error.code === 'image-foreign', String(error));
        refusals++;
      }
    }),
    { numRuns, seed },
  );
  assert.ok(refusals > numRuns / 20);
});
