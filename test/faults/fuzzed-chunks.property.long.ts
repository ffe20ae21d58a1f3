import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { requests } from '../../src/core/agent/protocol.ts';
import { ForesyncError } from '../../src/core/errors.ts';
import type { Joiner } from '../../src/core/store/sqlite/joiner.ts';
import type { ScanKey } from '../../src/core/store/sqlite/key-codec.ts';
import { bulkPath, discardLeftStaging, stagingPath } from '../../src/core/store/sqlite/staging.ts';
import { openJoiner } from '../support/engine-copy.ts';
import { temporaryFolder } from '../support/tables.ts';
import { hostileImage, imageDamage } from './fuzzed/hostile-images.ts';
import { lyingPlaces } from './fuzzed/hostile-values.ts';
import { chunkRows, chunks } from './fuzzed/sound-images.ts';
import { makeStage, stageTables } from './fuzzed/stage.ts';

/** Without an agent's process around it a joiner is tried far more often: FORESYNC_FUZZ_RUNS is for `fuzzed-frames`. */
const numRuns = 20 * Number(process.env.FORESYNC_FUZZ_RUNS ?? 6);
const seed = Number(process.env.FORESYNC_FUZZ_SEED ?? 20261129);

/** All images of a trial come to less. */
const mostBytes = 4 << 20;

/** An agent hands on nothing else. */
const isOfProtocol = (to: unknown) =>
  requests['joiner.snapshot'].params.safeParse({ to, compare: true }).success;

const call = fc.record({
  call: fc.oneof(
    { weight: 10, arbitrary: fc.constant('snapshot' as const) },
    { weight: 3, arbitrary: fc.constantFrom('hot' as const, 'delta' as const, 'reopen' as const) },
    { weight: 1, arbitrary: fc.constantFrom('indexes' as const, 'count' as const) },
  ),
  /** How many chunks on from the one whose turn it is. */
  skips: fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  damage: imageDamage,
  lies: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...lyingPlaces.filter(isOfProtocol)) },
  ),
  compare: fc.boolean(),
});

function play(joiner: Joiner, { call: type, damage, lies, compare }: CallOf<typeof call>, nth: number): void {
  switch (type) {
    case 'snapshot': {
      const end = nth === chunks - 1 ? undefined : [{ i: String((nth + 1) * chunkRows) }];
      joiner.snapshot(hostileImage('ordered', nth, damage), (lies as ScanKey | undefined) ?? end, {
        compare,
      });
      return;
    }
    case 'hot':
      joiner.hot(hostileImage('rows', nth, damage), { compare });
      return;
    case 'delta':
      joiner.delta({ image: hostileImage('both', nth, damage), watermark: nth, lastRowid: undefined });
      return;
    case 'indexes':
      joiner.finishIndexes();
      return;
    case 'count':
      joiner.rowCount();
  }
}

type CallOf<T> = T extends fc.Arbitrary<infer V> ? V : never;

/** What is meant for whoever reads it, and no mistake of ours in the clothes of one. */
function isTold(error: unknown): boolean {
  if (!(error instanceof ForesyncError) || error.kind === 'defect') return false;
  const { cause } = error;
  return !(cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError);
}

describe('hostile chunks, in whatever order, come to an error or to a sound file', { timeout: 36e5 }, () => {
  for (const table of stageTables)
    test(`of a table that is ${table}`, (t) => {
      const stage = makeStage(table);
      t.after(() => stage.remove());
      const folder = temporaryFolder(t);
      const file = path.join(folder, 'joiner.db');
      const staging = stagingPath(file);
      let packed = 0;
      let ended = 0;
      fc.assert(
        fc.property(fc.array(call, { minLength: 1, maxLength: 12 }), (calls) => {
          let { joiner } = openJoiner(file, stage.shape);
          try {
            let turn = 0;
            for (const one of calls) {
              try {
                if (one.call === 'reopen') {
                  joiner.close();
                  joiner = openJoiner(file, stage.shape).joiner;
                } else play(joiner, one, (turn + one.skips) % chunks);
                if (one.call === 'snapshot') turn++;
              } catch (error) {
                assert.ok(isTold(error), (error as Error).stack);
              }
              const rows = statSync(bulkPath(staging), { throwIfNoEntry: false });
              packed += rows ? 1 : 0;
              assert.ok((rows?.size ?? 0) <= mostBytes, `${rows?.size} bytes of pages`);
            }
            ended += joiner.checkpoint.stage === 'delta' ? 1 : 0;
          } finally {
            joiner.close();
          }
          const db = new Database(staging);
          assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
          db.close();
          discardLeftStaging(file);
          assert.deepEqual(readdirSync(folder), []);
        }),
        { seed, numRuns, endOnFailure: true },
      );
      rmSync(folder, { recursive: true, force: true });
      assert.ok(ended > 0);
      assert.equal(packed > 0, table !== 'unique');
    });
});
