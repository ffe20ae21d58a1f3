import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import type { Replica, ReplicaGroup } from '../../../../src/core/group/config.ts';
import { parseHost } from '../../../../src/core/group/host.ts';
import { usualPrices } from '../../../../src/core/group/prices.ts';
import { handOverOf } from '../../../../src/core/sync/postgres/hand-over-wish.ts';

const at = (name: string, host: string): Replica => ({
  name,
  host: parseHost(host),
  store: { kind: 'postgres', path: `postgres://me@db.${name}/shop` },
  logs: [],
});

function groupOf(lead: Replica, ...otherLeaders: Replica[]): ReplicaGroup {
  const replicas = new Map([lead, ...otherLeaders].map((one) => [one.name, one]));
  const rest = { pin: [], exclude: [], prices: usualPrices, file: '/nowhere/foresync.yaml' };
  return { name: 'shop', table: 'shop', lead, otherLeaders, replicas, ...rest };
}

const several = groupOf(at('east', 'ops@east'), at('west', 'ops@west'));

test('where several lead, words are of the server that they begin with, and the others are the lead’s', () => {
  const conninfos = ['host=10.0.0.1', 'west=host=10.0.0.2', 'north=host=10.0.0.3'];
  assert.deepEqual(handOverOf({ kind: undefined, conninfos }, several, at('north', 'ops@north')), {
    ...{ kind: 'subscription', conninfo: 'host=10.0.0.1' },
    among: { leaders: { west: 'host=10.0.0.2' }, joiner: 'host=10.0.0.3' },
  });
});

test('how each reaches the others must be told, unless all are reached from one host', () => {
  for (const [conninfos, missing] of [
    [[], /the lead's is not known/],
    [['east=host=a'], /that of west is not known/],
    [['east=host=a', 'west=host=b'], /the leaders' servers reach the joiner's is not known/],
  ] as const)
    assert.throws(
      () => handOverOf({ kind: undefined, conninfos }, several, at('north', 'ops@north')),
      (error) =>
        error instanceof ForesyncError && error.code === 'conninfo-missing' && missing.test(error.message),
    );
  const together = groupOf(at('east', 'local'), at('west', 'local'));
  assert.deepEqual(handOverOf({ kind: undefined, conninfos: [] }, together, at('north', 'local')), {
    ...{ kind: 'subscription', conninfo: "host='db.east' user='me' dbname='shop'" },
    among: {
      leaders: { west: "host='db.west' user='me' dbname='shop'" },
      joiner: "host='db.north' user='me' dbname='shop'",
    },
  });
});

test("where one leads a name of libpq's is no server's", () => {
  const one = groupOf(at('host', 'ops@east'));
  assert.deepEqual(handOverOf({ kind: undefined, conninfos: ['host=x'] }, one, at('north', 'ops@north')), {
    ...{ kind: 'subscription', conninfo: 'host=x' },
  });
});
