import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AgentClient } from '../../../src/core/agent/client.ts';
import { compress } from '../../../src/core/agent/compression.ts';
import { encodeKeys } from '../../../src/core/agent/planned-keys.ts';
import { BatchQueues } from '../../../src/core/sync/batch-queues.ts';
import { LeadReads } from '../../../src/core/sync/lead-reads.ts';
import type { Donor } from '../../../src/core/sync/run.ts';

/** A joiner that wants rows, and a lead that gives them when it is told to. */
function sides(queues?: BatchQueues) {
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const joiner = {
    roundTripMs: 0,
    onWanted: (_batch: number, _keys: Buffer): void => undefined,
    call: async (type: string, { batch }: { batch?: number }) => {
      told.push(`${type} ${batch}`);
      return { result: {}, parts: [], wireBytes: 0 };
    },
  };
  const agent = {
    call: () =>
      new Promise((resolve) => {
        const result = { keysRead: 1, rows: 1, watermark: 3, rawBytes: 10 };
        answers.push(() => resolve({ result, parts: [], wireBytes: 5 }));
      }),
  };
  const lead = { name: 'east', agent } as unknown as Donor;
  const reads = new LeadReads({
    joiner: joiner as unknown as AgentClient,
    lead,
    emit: () => undefined,
    queues,
    pace: { sentAtOnce: () => undefined },
  });
  const want = async (batch: number, ...keys: string[]) =>
    joiner.onWanted(batch, await compress(encodeKeys(keys)));
  return { reads, told, answers, want };
}

test('what the lead was asked for before goes on to the joiner before rows that were read later may', async () => {
  const { reads, told, answers, want } = sides();
  await reads.handedOn();
  await want(1, 'a');
  let isHandedOn = false;
  const chunk = reads.handedOn().then(() => {
    isHandedOn = true;
    assert.deepEqual(told, ['joiner.fetched 1']);
  });
  await want(2, 'b');
  for (let n = 0; n < 5; n++) await turn();
  assert.equal(isHandedOn, false);
  answers[0]?.();
  // It does not wait for those that were asked for after it.
  await chunk;
  answers[1]?.();
  await reads.end();
  assert.deepEqual(told, ['joiner.fetched 1', 'joiner.fetched 2']);
});

test('the batch in which a missed key stands is the next to be sent, and is sent once', async () => {
  const batch = (...keys: string[]) => ({ keys, expectedReads: 1 });
  const own = [batch('a', 'b'), batch('c', 'd'), batch('e', 'f')];
  const queues = new BatchQueues({ byDonor: new Map([['east', own]]), keys: 6, expectedReads: 3 });
  const { reads, answers, want } = sides(queues);
  await want(1, 'f', 'unplanned');
  answers[0]?.();
  await reads.end();
  const sent = [1, 2, 3, 4].map(() => queues.next('east', { isIdle: true })?.keys[0]);
  assert.deepEqual(sent, ['e', 'a', 'c', undefined]);
});
