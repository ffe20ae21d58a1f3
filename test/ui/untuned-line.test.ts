import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untunedLine } from '../../src/ui/untuned-line.ts';

const stays = (name: 'horizonMs' | 'order' | 'minConfidence', reason: string) => ({
  name,
  old: undefined,
  reason,
});

test('a run that tuned nothing says why, or why for most parameters and where each is told', () => {
  const none = 'the run had no plan';
  assert.equal(
    untunedLine([stays('horizonMs', none), stays('order', none)], 'x'),
    'Nothing was tuned: the run had no plan.',
  );
  const some = [
    stays('horizonMs', 'it is frozen'),
    stays('order', 'few reads'),
    stays('minConfidence', 'few reads'),
  ];
  assert.equal(
    untunedLine(some, 'foresync metrics RUN'),
    "Nothing was tuned, 2 of 3 parameters because few reads. 'foresync metrics RUN' tells each.",
  );
  assert.match(untunedLine([], 'x'), /did not come to its good end\.$/);
});
