import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeWord } from '../../src/cli/next-step.ts';
import { readGroup } from '../../src/core/group/config.ts';
import { saidBy } from '../../src/core/store/postgres/connecting.ts';
import { addReplicaSteps } from '../../src/ui/run-steps.ts';

const groupAt = (store: string) =>
  readGroup(
    `group: shop\ntable: items\nlead: east\nreplicas:\n  east: { host: local, store: '${store}' }\n`,
    '/srv/foresync.yaml',
  );
const atPostgres = groupAt('postgres://foresync@db1/shop');

test('a run between PostgreSQL servers is told of in words that are true there', () => {
  const joiner = { name: 'west', host: 'local', path: 'postgres://foresync@db2/shop' };
  const words = (handOver: 'subscription' | 'none') =>
    addReplicaSteps(
      { joiner, handOver } as unknown as Parameters<typeof addReplicaSteps>[0],
      atPostgres,
      undefined,
      undefined,
    )
      .map(({ step, text }) => `${step}: ${text}`)
      .join('\n');
  assert.match(words('none'), /capture: .*a slot are made at east, and the Delta Log is begun at west/);
  assert.match(words('none'), /cleanup: .*so are slot and publication at east/);
  assert.match(words('subscription'), /cleanup: A subscription of west goes on with slot and publication/);
  assert.doesNotMatch(words('none'), /Prefetch Cache/);
});

test('what is suggested next names a store of the kind that the group has', () => {
  assert.match(storeWord(atPostgres), /^postgres:/);
  assert.match(storeWord(groupAt('sqlite:/srv/shop.db')), /^sqlite:/);
});

test('what libpq says over several lines is told on one', () => {
  assert.equal(saidBy(new Error('refused\n\tIs it running?\n')), 'refused Is it running?');
});
