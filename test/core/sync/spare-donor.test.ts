import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../src/core/sync/events.ts';
import { leastBytesPerSecond } from '../../../src/core/sync/next-limit.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { spareDonor } from '../../../src/core/sync/spare-donor.ts';
import { localGroup, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { rowsOf, temporaryFolder } from '../../support/tables.ts';

test('a run beside a slow donor slows down, says so once, and comes back to full speed', async () => {
  const clock = { ms: 0, nowMs: () => clock.ms };
  const over = new AbortController();
  const pace = new Pace(undefined, clock, async () => undefined);
  const writes = [...Array(5).fill(100), ...Array(60).fill(1)];
  const limits: (number | undefined)[] = [];
  const said: string[] = [];
  const told: (number | undefined)[] = [];
  await spareDonor({
    probe: async () => writes.shift() ?? 1,
    maxWriteMs: 20,
    pace,
    emit: (fact) => {
      if (fact.type === 'note') said.push(fact.text);
      if (fact.type === 'limit') told.push(fact.limit?.bytesPerSecond);
      if (fact.type === 'limit' && fact.limit) assert.equal(fact.limit.setBy, 'donor');
    },
    clock,
    wait: async (ms) => {
      clock.ms += ms;
      limits.push(pace.bytesPerSecond);
      pace.sent(Math.min(pace.bytesPerSecond ?? 1e7, 1e7));
      if (writes.length === 0) over.abort();
    },
    signal: over.signal,
    tell: () => undefined,
  });
  assert.deepEqual(limits.slice(0, 3), [undefined, 5e6, 2.5e6]);
  assert.equal(limits.at(-1), undefined);
  assert.deepEqual([told.slice(0, 2), told.at(-1)], [[5e6, 2.5e6], undefined]);
  assert.equal(pace.bytesPerSecond, undefined);
  assert.deepEqual(said, [
    'A write at the donor takes 100 ms: slowing down.',
    'Writes at the donor are quick again: at full speed.',
  ]);
});

test('what it looks at is a real write at the donor, and the run ends equal all the same', async (t) => {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  makeShop(lead, 1000);
  const wait = (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else setImmediate(resolve);
    });
  const limits = new Set<number | undefined>();
  const options = watchedRun(
    localGroup(folder, { lead }),
    joiner,
    { wait, maxDonorLatencyMs: 1e-6 },
    (event: RunEvent) => {
      if (event.type === 'rows') limits.add(options.options.pace.bytesPerSecond);
    },
  );
  await addReplica(options.options);
  assert.ok(limits.has(leastBytesPerSecond), `${[...limits]}`);
  assert.ok(options.events.some((event) => event.type === 'note' && /slowing down/.test(event.text)));
  assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(lead, 'items'));
});
