import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForeground } from '../../../src/ui/dashboard/foreground.ts';

test('a job is in the foreground where its group is that of the terminal', () => {
  const stat = (terminalsGroup: number) => `77 (a ) b (c) S 1 70 60 34816 ${terminalsGroup} 4194304 0`;
  assert.deepEqual([isForeground(stat(70)), isForeground(stat(71)), isForeground('')], [true, false, true]);
});
