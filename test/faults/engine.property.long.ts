import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { RowKey } from '../../src/core/row-key.ts';
import { dropCapture } from '../../src/core/store/sqlite/capture.ts';
import { capture, copyTable, openDonor, publishCopy } from '../support/engine-copy.ts';
import { randomTable, randomWrite, writeOwn } from '../support/random-tables.ts';
import { rowsOf, schemaOf, temporaryFolder } from '../support/tables.ts';

const numRuns = Number(process.env.FORESYNC_FAULT_RUNS ?? 300);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20260);

const planKey = fc.oneof(
  fc.constantFrom<RowKey>(
    'a',
    'A',
    'b',
    '1',
    '',
    'é',
    'a\0b',
    '[1,2]',
    '["a",1]',
    'a"; DROP TABLE items; --',
  ),
  fc.constantFrom<RowKey>(
    1,
    2,
    3,
    -1,
    1.5,
    1e300,
    { int: '9007199254740993' },
    { int: '99' },
    { base64: 'AP8=' },
  ),
  fc.array(fc.constantFrom('a', 'b', 1, 2), { maxLength: 3 }),
);

const story = randomTable.chain((table) =>
  fc.record({
    table: fc.constant(table),
    before: fc.array(randomWrite(table), { minLength: 3, maxLength: 15 }),
    captured: fc.array(randomWrite(table), { maxLength: 3 }),
    /** Writes by the number of engine calls that came before them. */
    meanwhile: fc.array(fc.array(randomWrite(table), { maxLength: 4 }), { minLength: 5, maxLength: 40 }),
    hot: fc.array(planKey, { maxLength: 8 }),
    rounds: fc.array(fc.boolean(), { maxLength: 8 }),
    deaths: fc.array(fc.boolean(), { maxLength: 20 }),
    targetBytes: fc.constantFrom(1, 100, 400, 100_000),
    maxKeys: fc.constantFrom(1, 2, 5, 100),
  }),
);

test('whatever is written meanwhile, the joiner ends equal to the donor, without a repair', (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  fc.assert(
    fc.property(
      story,
      ({ table, before, captured, meanwhile, hot, rounds, deaths, targetBytes, maxKeys }) => {
        run += 1;
        const [donorFile, joinerFile] = [
          path.join(folder, `${run}.db`),
          path.join(folder, `${run}-joiner.db`),
        ];
        const writer = new Database(donorFile);
        let donor: ReturnType<typeof openDonor> | undefined;
        try {
          writer.pragma(`encoding = '${table.encoding}'`);
          writer.pragma(`journal_mode = ${table.journal}`);
          writer.pragma('synchronous = OFF');
          for (const sql of [...table.create, ...before]) writeOwn(writer, sql);
          const schema = schemaOf(donorFile);

          donor = openDonor(donorFile, table.name);
          capture(donor);
          for (const sql of captured) writeOwn(writer, sql);
          const tally = { unequal: 0 };
          const dying = deaths.values();
          const behind = rounds.values();
          const steps = copyTable(donor, joinerFile, {
            hot,
            targetBytes,
            limits: { maxKeys, maxBytes: targetBytes },
            roundBehind: () => behind.next().value ?? false,
            reopens: () => dying.next().value ?? false,
            tally,
          });
          const writes = meanwhile.values();
          while (!steps.next().done) for (const sql of writes.next().value ?? []) writeOwn(writer, sql);
          assert.equal(tally.unequal, 0, 'digests agreed at once');

          publishCopy(joinerFile, donor.shape);
          const rowid = donor.shape.rowid === undefined ? [] : [donor.shape.rowid];
          assert.deepEqual(rowsOf(joinerFile, table.name, rowid), rowsOf(donorFile, table.name, rowid));
          dropCapture(donor.db, donor.shape);
          assert.deepEqual(schemaOf(donorFile), schema);
          assert.deepEqual(schemaOf(joinerFile), schema);
        } finally {
          donor?.db.close();
          writer.close();
        }
      },
    ),
    { seed, numRuns, interruptAfterTimeLimit: 180_000, markInterruptAsFailure: true },
  );
});
