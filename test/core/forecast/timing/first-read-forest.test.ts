import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import {
  type FirstReadRows,
  fitFirstReads,
  movedFirstRead,
} from '../../../../src/core/forecast/timing/first-read-forest.ts';
import { addForest, forestMasks } from '../../../../src/core/forecast/trees/boost.ts';
import { valueAt } from '../value-at.ts';

/** Rows of two features that were expected in the middle and came when `of` says, by the first feature and the row. */
function rowsOf(
  count: number,
  of: (bin: number, random: () => number, row: number) => number,
): FirstReadRows {
  const random = seededRandom(8);
  const bins = Uint8Array.from({ length: count * 2 }, () => Math.floor(random() * 255));
  return {
    bins,
    count,
    features: 2,
    came: Float32Array.from({ length: count }, (_, row) => of(valueAt(bins, row), random, row)),
    expected: new Float32Array(count).fill(0.5),
    weights: new Float32Array(count).fill(1),
    earlier: count / 2,
  };
}

const early = (bin: number) => (bin < 128 ? 0.15 : 0.85);

test('a shift that is there is learned', () => {
  const rows = rowsOf(3000, (bin, random) => early(bin) + 0.1 * (random() - 0.5));
  const found = fitFirstReads(rows, 1);
  assert.ok(found && found.share >= 0.75, `${found?.share}`);
  const moves = new Float32Array(rows.count);
  addForest(forestMasks(found.forest), rows.bins, rows.count, rows.count, moves);
  let distance = 0;
  for (const [row, move] of moves.entries())
    distance +=
      Math.abs(movedFirstRead(0.5, move * found.share) - early(valueAt(rows.bins, row))) / rows.count;
  assert.ok(distance < 0.1, `${distance}`);
  assert.deepEqual(fitFirstReads(rows, 1), found);
});

test('where first reads come at any time nothing is said', () => {
  assert.equal(
    fitFirstReads(
      rowsOf(3000, (_, random) => random()),
      1,
    ),
    undefined,
  );
});

test('what held in the earlier windows and not in the later ones is not believed', () => {
  const turned = rowsOf(3000, (bin, _, row) => (row < 1500 ? early(bin) : 1 - early(bin)));
  assert.equal(fitFirstReads(turned, 1), undefined);
});

test('a few rows are not enough', () => {
  assert.equal(fitFirstReads(rowsOf(398, early), 1), undefined);
  assert.equal(fitFirstReads({ ...rowsOf(3000, early), earlier: 2900 }, 1), undefined);
  assert.equal(fitFirstReads(rowsOf(0, early), 1), undefined);
});

test('no move leaves the horizon', () => {
  for (const move of [-9, -0.5, 0.5, 9]) {
    const at = movedFirstRead(0.5, move);
    assert.ok(at > 0 && at < 1);
  }
});
