import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handOverAgain, handOverRequest } from '../../src/cli/hand-over-flags.ts';
import type { Replica, ReplicaGroup } from '../../src/core/group/config.ts';
import { parseHost } from '../../src/core/group/host.ts';
import { usualPrices } from '../../src/core/group/prices.ts';
import type { HandOver } from '../../src/core/sync/add-replica.ts';
import type { AddReplicaRequest } from '../../src/core/sync/run-request.ts';

const at = (name: string): Replica => ({
  name,
  host: parseHost(`ops@${name}`),
  store: { kind: 'postgres', path: `postgres://me@db.${name}/shop` },
  logs: [],
});

function groupOf(lead: Replica, ...otherLeaders: Replica[]): ReplicaGroup {
  const replicas = new Map([lead, ...otherLeaders].map((one) => [one.name, one]));
  const rest = { pin: [], exclude: [], prices: usualPrices, file: '/nowhere/foresync.yaml' };
  return { name: 'shop', table: 'shop', lead, otherLeaders, replicas, ...rest };
}

const joiner = at('north');
const one = groupOf(at('east'));
const several = groupOf(at('east'), at('west'));

/** What the journal has of a run, as far as it is of the hand-over. */
function kept(handOver: HandOver, serveSql?: { conninfo: string }): AddReplicaRequest {
  const around = { serveSql, lead: 'east', joiner: 'north' };
  return handOverRequest(handOver, around) as AddReplicaRequest;
}

test('a connection that was told without a password is gone on with, and one that is told again takes its place', () => {
  const request = kept({ kind: 'subscription', conninfo: 'host=a' });
  const again = (...words: string[]) =>
    handOverAgain(request, { 'subscription-conninfo': words }, { group: one, joiner });
  assert.deepEqual(again().handOver, { kind: 'subscription', conninfo: 'host=a' });
  assert.deepEqual(again('host=b').handOver, { kind: 'subscription', conninfo: 'host=b' });
  assert.equal(again('host=b').request.subscriptionConninfo, 'host=b');
});

test('one whose password was left out is refused until it is told again, and is not kept then either', () => {
  const secret = 'host=a sslpassword=hush';
  for (const request of [
    kept({ kind: 'subscription', conninfo: secret }),
    kept({ kind: 'none' }, { conninfo: secret }),
  ]) {
    assert.doesNotMatch(JSON.stringify(request), /hush/);
    assert.throws(() => handOverAgain(request, {}, { group: one, joiner }), { code: 'conninfo-missing' });
    const again = handOverAgain(request, { 'subscription-conninfo': secret }, { group: one, joiner });
    assert.ok(
      [again.handOver, again.serveSql].some((found) => found && JSON.stringify(found).includes('hush')),
    );
    assert.deepEqual(again.request, request);
  }
});

test('where several lead, only those whose password was left out must be told again', () => {
  const among = { leaders: { west: 'host=b password=hush' }, joiner: 'host=c' };
  const request = kept({ kind: 'subscription', conninfo: 'host=a password=hush', among });
  assert.doesNotMatch(JSON.stringify(request), /hush/);
  const again = (...words: string[]) =>
    handOverAgain(request, { 'subscription-conninfo': words }, { group: several, joiner });
  assert.throws(() => again('west=host=b password=hush'), /of east is reached/);
  assert.deepEqual(again('west=host=b password=hush', 'host=a password=hush').handOver, {
    ...{ kind: 'subscription', conninfo: 'host=a password=hush', among },
  });
});
