import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock, systemWait } from '../../../src/core/clock.ts';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import { type PhaseName, phaseNames, type RunEvent } from '../../../src/core/sync/events.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop, startShopWriter } from '../../support/shop-writer.ts';
import { rowsOf, temporaryFolder } from '../../support/tables.ts';

const rows = 25_000;

/** Looks that a paused run takes at the Delta Log before it goes on; by then all that was under way has arrived. */
const looks = 3;

test('a run that is paused in each of its phases reads nothing, watches the Delta Log, and ends equal', async (t) => {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'lead.db');
  makeShop(lead, rows);
  const writer = await startShopWriter(t, lead, rows);
  const joiner = path.join(folder, 'joiner.db');
  const pace = new Pace(undefined, systemClock, systemWait);
  const pausedIn: PhaseName[] = [];
  const wentOnIn: PhaseName[] = [];
  let seen = 0;
  let rowsSincePause = 0;
  const onEvent = (event: RunEvent) => {
    const mayPause = event.type === 'phase' && event.state === 'running' && pauses.has(event.phase);
    if (mayPause) {
      pausedIn.push(event.phase);
      pace.pause(true);
      seen = 0;
    } else if (pace.isPaused && event.type === 'delta-log') {
      if (seen === 1) rowsSincePause = 0;
      if (++seen < looks) return;
      assert.equal(rowsSincePause, 0, `rows come in ${pausedIn.at(-1)}`);
      // Nobody else can stop the writers; the run must be able to end.
      if (pausedIn.at(-1) === 'verify') void writer.stop();
      wentOnIn.push(...pausedIn.slice(-1));
      pace.pause(false);
    } else if (event.type === 'rows') rowsSincePause += event.rows;
  };
  const { options } = watchedRun(
    localGroup(folder, { lead }),
    joiner,
    {
      plan: planOf({ lead: Array.from({ length: 1_000 }, (_, i) => i * 20) }),
      pace,
    },
    onEvent,
  );
  await addReplica(options);
  assert.deepEqual(pausedIn, [...pauses]);
  assert.deepEqual(wentOnIn, pausedIn, 'no phase ends while the run is paused');
  assert.deepEqual(rowsOf(joiner, 'items'), rowsOf(lead, 'items'));
});

const pauses = new Set(phaseNames.filter((name) => ['hot', 'snapshot', 'delta', 'verify'].includes(name)));
