import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { withoutPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/tables.ts';
import { pgCaseOf } from './whole-runs/postgres/choose-case.ts';
import { makePgGround } from './whole-runs/postgres/ground.ts';
import { PgServers } from './whole-runs/postgres/servers.ts';
import { runCase } from './whole-runs/run-case.ts';
import { makeStandIns } from './whole-runs/stand-ins.ts';

/** A few of what `npm run test:faults -- --store postgres` plays, of different faults: see docs/RELIABILITY.md. */
const seeds = [60030, 60032];

describe('whole runs between PostgreSQL servers', { skip: withoutPostgres }, () => {
  let servers: PgServers;
  before(async () => {
    servers = await PgServers.start();
  });
  after(() => servers.stop());

  for (const seed of seeds)
    test(`a run with faults ends equal, or refused for their sake (seed ${seed})`, async (t) => {
      const folder = temporaryFolder(t);
      const options = { standIns: await makeStandIns(), sharedCache: path.join(folder, 'cache') };
      const { outcome, reason, fired } = await runCase(pgCaseOf(seed), makePgGround(servers), options);
      assert.notEqual(outcome, 'FAILED', reason);
      assert.ok(fired.includes(true), 'a fault happened');
    });
});
