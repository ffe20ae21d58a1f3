import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { dropCapture } from '../../src/core/store/sqlite/capture.ts';
import { pruneDelta, prunedTo } from '../../src/core/store/sqlite/delta-pruning.ts';
import { Joiner } from '../../src/core/store/sqlite/joiner.ts';
import { publish } from '../../src/core/store/sqlite/publish.ts';
import { releasePublished } from '../../src/core/store/sqlite/published.ts';
import { capture, captureId, copyTable, openDonor } from '../support/engine-copy.ts';
import { randomTable, randomWrite, writeOwn } from '../support/random-tables.ts';
import { rowsOf, schemaOf, temporaryFolder } from '../support/tables.ts';

const numRuns = Math.ceil(Number(process.env.FORESYNC_FAULT_RUNS ?? 300) / 3);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20260);

const story = randomTable.chain((table) =>
  fc.record({
    table: fc.constant(table),
    before: fc.array(randomWrite(table), { minLength: 3, maxLength: 15 }),
    /** Between two looks at the log: what is written, whether it is pruned, and whether the joiner's process has died. */
    looks: fc.array(
      fc.record({
        writes: fc.array(randomWrite(table), { maxLength: 4 }),
        isPruned: fc.boolean(),
        dies: fc.boolean(),
      }),
      { minLength: 3, maxLength: 20 },
    ),
    besideOthers: fc.boolean(),
    maxKeys: fc.constantFrom(1, 2, 5, 100),
  }),
);

function sequenceOf(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    const exists = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get();
    return exists ? db.prepare('SELECT name, seq FROM sqlite_sequence').all() : [];
  } finally {
    db.close();
  }
}

test('whatever is written, a joiner that is followed is equal whenever it is level', (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  fc.assert(
    fc.property(story, ({ table, before, looks, besideOthers, maxKeys }) => {
      run += 1;
      const [donorFile, joinerFile] = [path.join(folder, `${run}.db`), path.join(folder, `${run}-joiner.db`)];
      const writer = new Database(donorFile);
      let donor: ReturnType<typeof openDonor> | undefined;
      let joiner: Joiner | undefined;
      try {
        writer.pragma(`encoding = '${table.encoding}'`);
        writer.pragma(`journal_mode = ${table.journal}`);
        writer.pragma('synchronous = OFF');
        for (const sql of [...table.create, ...before]) writeOwn(writer, sql);
        const schema = schemaOf(donorFile);
        if (besideOthers) {
          const other = new Database(joinerFile);
          other.pragma(`encoding = '${table.encoding}'`);
          other.exec('CREATE TABLE "another one"(a)');
          other.close();
        }
        donor = openDonor(donorFile, table.name);
        const { db, shape, reader } = donor;
        capture(donor);
        const limits = { maxKeys, maxBytes: 100_000 };
        const steps = copyTable(donor, joinerFile, {
          hot: [],
          targetBytes: 400,
          limits,
          tally: { unequal: 0 },
        });
        while (!steps.next().done);
        const keep = {
          ...{
            runId: 'test-run',
            captureId,
            bootId: 'test-boot',
            tableSql: shape.sql,
            stage: 'synced' as const,
          },
          ...{ watermark: 0, snapshotAfter: undefined },
        };
        publish(joinerFile, shape, { replace: false, walMode: table.journal === 'WAL', keep });
        const open = () => {
          const opened = Joiner.openPublished(joinerFile, shape, {
            ...{ runId: 'test-run', captureId },
            log: { prunedTo: prunedTo(db, shape), logEnd: Number.MAX_SAFE_INTEGER },
          });
          if (!opened) throw new Error('there is no joiner to go on with');
          return opened;
        };
        const rowid = shape.rowid === undefined ? [] : [shape.rowid];
        joiner = open();
        for (const { writes, isPruned, dies } of looks) {
          for (const sql of writes) writeOwn(writer, sql);
          const chunk = reader.delta(joiner.checkpoint.watermark, limits);
          if (chunk.keys > 0) joiner.delta(chunk);
          if (isPruned) pruneDelta(db, shape, { upTo: joiner.checkpoint.watermark, maxKeys });
          if (dies) {
            joiner.close();
            joiner = open();
          }
          if (!chunk.complete) continue;
          assert.deepEqual(rowsOf(joinerFile, table.name, rowid), rowsOf(donorFile, table.name, rowid));
          if (chunk.keys > 0) assert.deepEqual(sequenceOf(joinerFile), sequenceOf(donorFile));
        }
        joiner.close();
        releasePublished(joinerFile, table.name);
        dropCapture(db, shape);
        assert.deepEqual(schemaOf(donorFile), schema);
        assert.deepEqual(schemaOf(joinerFile).slice(besideOthers ? 1 : 0), schema);
      } finally {
        joiner?.close();
        donor?.db.close();
        writer.close();
      }
    }),
    { seed, numRuns, interruptAfterTimeLimit: 180_000, markInterruptAsFailure: true },
  );
});
