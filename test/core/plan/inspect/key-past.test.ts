import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ingestLogs } from '../../../../src/core/history/ingest.ts';
import { openHistory } from '../../../../src/core/history/open-history.ts';
import { keyPast } from '../../../../src/core/plan/inspect/key-past.ts';
import { openState } from '../../../../src/core/state/open.ts';
import { temporaryFolder } from '../../../support/tables.ts';

const t0 = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

/** A history of two replicas over ten hours, read in as two runs each. */
async function history(t: TestContext) {
  const folder = temporaryFolder(t);
  const state = openState(path.join(folder, 'state.db'));
  t.after(() => state.close());
  for (const half of [0, 1]) {
    const inputs = ['east', 'west'].map((replica, at) => {
      const log = path.join(folder, `${replica}${half}.csv`);
      const lines = Array.from({ length: 500 }, (_, i) => {
        const atMs = t0 + half * 5 * hourMs + i * 36_000;
        return `${atMs},${i % 10 === 0 ? 'write' : 'read'},k${(i * (at + 1)) % 50}`;
      });
      writeFileSync(log, `time,op,key\n${lines.join('\n')}\n`);
      return { path: log, replica };
    });
    await ingestLogs(state, inputs, { threads: 0 });
  }
  return openHistory(state);
}

test('a single key is as it is among all keys, and one that is not there is not found', async (t) => {
  const all = await history(t);
  let keys = 0;
  for (const series of all.series()) {
    assert.deepEqual(all.seriesOf(series.key), series);
    keys++;
  }
  assert.equal(keys, 50);
  for (const key of ['k', 'k50', '', 'K1']) assert.equal(all.seriesOf(key), undefined);
});

test('the past ends at the origin of the plan, and what came since is counted apart', async (t) => {
  const all = await history(t);
  const past = keyPast(all, 'k3', t0 + 5 * hourMs);
  assert.ok(past?.past && past.since);
  const before = past.past.reads.reduce((sum, reads) => sum + reads, 0);
  assert.equal(before + past.since.reads, past.reads);
  assert.equal(before, past.since.reads, 'both halves are alike');
  assert.deepEqual(
    past.readsByReplica.map(({ replica }) => replica),
    ['east'],
  );
  assert.equal(past.past.fromMs + past.past.reads.length * past.past.stepMs, t0 + 5 * hourMs);
});

test('a history that ends before the origin has nothing since, and one that begins behind it has no past', async (t) => {
  const all = await history(t);
  const later = keyPast(all, 'k4', t0 + 100 * hourMs);
  assert.equal(later?.since, undefined);
  assert.ok(later?.past);
  const earlier = keyPast(all, 'k4', t0 - hourMs);
  assert.equal(earlier?.past, undefined);
  assert.equal(earlier?.since?.reads, earlier?.reads);
  assert.equal(keyPast(all, 'none', t0), undefined);
});
