import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanEntry } from '../../../src/core/plan/prefetch-plan.ts';
import { dealBatches } from '../../../src/core/sync/batches.ts';

test('a pinned key is dealt out whatever its confidence', async () => {
  async function* entries(): AsyncGenerator<PlanEntry> {
    const expectedAt = '2026-01-01T00:00:00.000Z';
    const rest = { expectedAt, expectedReads: 1, expectedWrites: 0, model: 'test' };
    yield { key: 'pinned', confidence: 0, pinned: true, ...rest };
    yield { key: 'doubtful', confidence: 0.4, ...rest };
    yield { key: 'likely', confidence: 0.6, ...rest };
  }
  const { signal } = new AbortController();
  const dealt = await dealBatches(entries(), { donors: new Set(), lead: 'east', minConfidence: 0.5, signal });
  assert.deepEqual(dealt.byDonor.get('east')?.[0]?.keys, ['pinned', 'likely']);
});
