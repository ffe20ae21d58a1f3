import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type PostgresPair, postgresPair, withoutPostgres } from '../support/postgres.ts';
import { readWhileBuilt } from '../support/served-versions.ts';

const firstSeed = Number(process.env.FORESYNC_FUZZ_SEED ?? 1);

describe('reads at a joiner at PostgreSQL while it is built', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair();
    pair.joiner.sql('CREATE EXTENSION postgres_fdw');
  });
  after(() => pair.stop());

  for (let seed = firstSeed; seed < firstSeed + 12; seed++)
    test(`no reader of a key sees it go back${seed % 2 ? '' : ', although the run is broken off again and again'} (seed ${seed})`, async () => {
      const more = seed % 2 ? {} : { stopAfterMs: 900 + 50 * seed };
      const { backwards, reads } = await readWhileBuilt(pair, seed, more);
      assert.deepEqual(backwards, []);
      assert.ok(reads > 200, `${reads}`);
    });
});
