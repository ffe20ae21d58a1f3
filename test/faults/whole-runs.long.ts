import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/tables.ts';
import { caseOf } from './whole-runs/choose-case.ts';
import { runCase } from './whole-runs/run-case.ts';
import { makeSqliteGround } from './whole-runs/sqlite-ground.ts';
import { makeStandIns } from './whole-runs/stand-ins.ts';

/** A few of what `npm run test:faults` plays, of different faults: see docs/RELIABILITY.md. */
const seeds = [64, 148, 166, 214, 394];

for (const seed of seeds) {
  test(`a whole run with faults ends equal, or refused for their sake (seed ${seed})`, async (t) => {
    const folder = temporaryFolder(t);
    const options = { standIns: await makeStandIns(), sharedCache: path.join(folder, 'cache') };
    const { outcome, reason, fired } = await runCase(caseOf(seed), makeSqliteGround, options);
    assert.notEqual(outcome, 'FAILED', reason);
    assert.ok(fired.includes(true), 'a fault happened');
  });
}
