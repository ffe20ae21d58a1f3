import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../../../src/core/sync/batches.ts';
import { HotShares } from '../../../../src/core/sync/postgres/hot-shares.ts';

const batch = (name: string): Batch => ({ keys: [name], expectedReads: 1 });
const shares = (byDonor: Record<string, string[]>, standbys: string[]) => {
  const batches = Object.entries(byDonor).map(([donor, names]) => [donor, names.map(batch)] as const);
  return new HotShares({ byDonor: new Map(batches), keys: 0, expectedReads: 0 }, standbys);
};
const nameOf = (one: Batch | undefined) => one?.keys[0];

test('a standby takes its own batches and those of the lead, best first, and of another one when it has nothing to do', () => {
  const waiting = shares({ lead: ['l1', 'l2'], west: ['w1'], east: ['e1', 'e2'] }, ['west', 'east']);
  const busy = () => nameOf(waiting.next('west', { isIdle: false }));
  assert.deepEqual([busy(), busy(), busy(), busy()], ['l1', 'w1', 'l2', undefined]);
  assert.equal(nameOf(waiting.next('west', { isIdle: true })), 'e1');
  assert.equal(nameOf(waiting.next('east', { isIdle: false })), 'e2');
  assert.ok(waiting.isEmpty);
});

test("what a lost standby was asked for comes next, and its share is anybody's", () => {
  const waiting = shares({ west: ['w1', 'w2'], east: ['e1'] }, ['west', 'east']);
  const asked = waiting.next('west', { isIdle: true });
  assert.ok(asked);
  waiting.lost('west', [asked]);
  const next = () => nameOf(waiting.next('east', { isIdle: false }));
  assert.deepEqual([next(), next(), next(), next()], ['w1', 'e1', 'w2', undefined]);
});

test('the lead takes what is left, and what no standby can give', () => {
  const waiting = shares({ west: ['w1', 'w2'] }, ['west']);
  const refused = waiting.next('west', { isIdle: true });
  assert.ok(refused);
  waiting.leaveToLead(refused);
  assert.equal(nameOf(waiting.next('west', { isIdle: true })), 'w2');
  assert.equal(waiting.next('west', { isIdle: true }), undefined);
  assert.equal(waiting.isEmpty, false);
  assert.deepEqual([nameOf(waiting.nextForLead()), waiting.nextForLead()], ['w1', undefined]);
});
