import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputCount, panelFeatures } from '../../../../src/core/forecast/lstm/features.ts';
import { outputCount } from '../../../../src/core/forecast/lstm/heads.ts';
import { networkShape } from '../../../../src/core/forecast/lstm/network.ts';
import { panelProfiles } from '../../../../src/core/forecast/lstm/profile.ts';
import { learnSequence, newModel } from '../../../../src/core/forecast/lstm/sequence.ts';
import { seededRandom } from '../../../../src/core/forecast/seeded-random.ts';
import { at, dailyRate, hourlyPanel } from './panels.ts';

const hidden = 3;
const shape = networkShape(inputCount, hidden, outputCount);
const panel = hourlyPanel(3, 400, dailyRate);
const features = panelFeatures(panel, 3, 6);
const uniform = seededRandom(3);
const weights = Float64Array.from({ length: shape.size }, () => uniform() - 0.5);
const model = newModel(shape, weights, features, panelProfiles(panel, features), 9);
const origins = new Uint8Array(3 * 400).fill(1);
const sequence = { key: 1, start: 350, length: 9, scoredFrom: 3 };

const rows = [
  ...['input gate', 'forget gate', 'candidate', 'output gate'].map((name, gate) => ({
    name,
    starts: Array.from({ length: hidden }, (_, unit) => (4 * unit + gate) * shape.row),
  })),
  { name: 'level head', starts: [shape.heads] },
  { name: 'dispersion head', starts: [shape.heads + shape.row] },
  {
    name: 'profile head',
    starts: Array.from({ length: outputCount - 2 }, (_, q) => shape.heads + (2 + q) * shape.row),
  },
];
const columns = [
  { name: 'inputs', from: 0, to: inputCount },
  { name: 'hidden state', from: inputCount, to: inputCount + hidden },
  { name: 'bias', from: shape.row - 1, to: shape.row },
];

const slopes = new Float64Array(shape.size);
learnSequence(model, sequence, origins, slopes);

for (const { name, starts } of rows) {
  for (const column of columns) {
    test(`the slope by the weights of the ${name} on the ${column.name} is that of the loss`, () => {
      let longest = 0;
      for (const start of starts) {
        for (let i = start + column.from; i < start + column.to; i++) {
          const measured = (lossWith(i, 1e-5) - lossWith(i, -1e-5)) / 2e-5;
          longest = Math.max(longest, Math.abs(measured));
          const error = Math.abs(measured - at(slopes, i)) / (1e-3 + Math.abs(measured));
          assert.ok(error < 1e-5, `weight ${i}: ${slopes[i]} against ${measured}`);
        }
      }
      assert.ok(longest > 1e-3, 'the group has no slope to check');
    });
  }
}

function lossWith(i: number, change: number): number {
  const before = at(weights, i);
  weights[i] = before + change;
  const loss = learnSequence(model, sequence, origins, new Float64Array(shape.size));
  weights[i] = before;
  return loss;
}
