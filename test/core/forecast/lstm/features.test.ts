import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputCount, panelFeatures } from '../../../../src/core/forecast/lstm/features.ts';
import { panelProfiles, profileCount, writeProfile } from '../../../../src/core/forecast/lstm/profile.ts';
import type { Panel } from '../../../../src/core/forecast/panel/panel.ts';
import { dailyRate, hourlyPanel } from './panels.ts';

const keys = 3;
const steps = 400;
const horizonSteps = 30;

function seenAt(panel: Panel, origin: number) {
  const features = panelFeatures(panel, keys, horizonSteps);
  const profiles = panelProfiles(panel, features);
  return Array.from({ length: keys }, (_, key) => {
    const profile = new Float64Array(horizonSteps * profileCount);
    writeProfile(profiles, key, origin, profile);
    const row = key * steps + origin;
    return {
      inputs: features.inputs.slice(row * inputCount, (row + 1) * inputCount),
      level: features.levels[row],
      profile,
    };
  });
}

test('nothing that the network sees at an origin depends on what came after it', () => {
  const panel = hourlyPanel(keys, steps, dailyRate);
  for (const origin of [100, 250, 369]) {
    const changed = { ...panel, reads: panel.reads.slice(), group: panel.group.slice() };
    for (let step = origin + 1; step < steps; step++) {
      changed.group[step] = 1000;
      for (let key = 0; key < keys; key++) changed.reads[key * steps + step] = 50;
    }
    assert.deepEqual(seenAt(changed, origin), seenAt(panel, origin));
  }
});

test('what came last is seen', () => {
  const panel = hourlyPanel(keys, steps, dailyRate);
  const changed = { ...panel, reads: panel.reads.slice() };
  changed.reads[steps + 250] = 50;
  const [first, second] = seenAt(panel, 250);
  const [firstChanged, secondChanged] = seenAt(changed, 250);
  assert.deepEqual(firstChanged, first);
  assert.notDeepEqual(secondChanged?.inputs, second?.inputs);
});

test('a cycle that the panel saw but once is not told', () => {
  const panel = hourlyPanel(keys, 40, dailyRate);
  const { inputs } = panelFeatures(panel, keys, 6);
  for (let step = 0; step < 40; step++)
    assert.deepEqual(
      [...inputs.subarray((step + 1) * inputCount - 6, (step + 1) * inputCount)],
      [0, 0, 0, 0, 0, 0],
    );
});
