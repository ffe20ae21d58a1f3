import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { readCapture } from '../../src/core/store/sqlite/capture.ts';
import { deltaLogNames } from '../../src/core/store/sqlite/delta-log.ts';
import { pruneDelta } from '../../src/core/store/sqlite/delta-pruning.ts';
import { capture, type EngineDonor, openDonor } from '../support/engine-copy.ts';
import { type RandomTable, randomTable, randomWrite, writeOwn } from '../support/random-tables.ts';
import { quoted, temporaryFolder } from '../support/tables.ts';

const numRuns = Number(process.env.FORESYNC_FAULT_RUNS ?? 300);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20260);

type Step = { writes: string[] } | { upTo: number; maxKeys: number };

/** What an application does between two looks at the log, and how the log is pruned meanwhile. */
function anyStep(table: RandomTable): fc.Arbitrary<Step> {
  const write = randomWrite(table);
  const single = write.filter((sql) => !sql.startsWith('BEGIN'));
  const takenBack = fc
    .tuple(single, fc.array(single, { minLength: 1, maxLength: 3 }), single)
    .map(([first, undone, last]) =>
      ['BEGIN', first, 'SAVEPOINT s', ...undone, 'ROLLBACK TO s', 'RELEASE s', last, 'COMMIT'].join(';'),
    );
  const writes = fc.oneof(
    { weight: 8, arbitrary: fc.array(write, { minLength: 1, maxLength: 4 }) },
    { weight: 2, arbitrary: takenBack.map((sql) => [sql]) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('VACUUM', 'PRAGMA recursive_triggers = ON', 'PRAGMA user_version = 7')
        .map((sql) => [sql]),
    },
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ writes }) },
    { weight: 1, arbitrary: fc.record({ upTo: fc.nat(40), maxKeys: fc.constantFrom(1, 3, 1000) }) },
    { weight: 1, arbitrary: fc.constant({ upTo: Number.MAX_SAFE_INTEGER, maxKeys: 1000 }) },
  );
}

const story = randomTable.chain((table) =>
  fc.record({
    table: fc.constant(table),
    before: fc.array(randomWrite(table), { minLength: 3, maxLength: 10 }),
    hasTrigger: fc.boolean(),
    steps: fc.array(anyStep(table), { minLength: 3, maxLength: 25 }),
  }),
);

/** The rows as they are now, each with its key and as one text of all that it is, into a table of the donor's connection alone. */
function remember({ db, shape }: EngineDonor, as: 'was' | 'now'): void {
  const terms = [
    ...shape.columns.map(({ name }) => quoted(name)),
    ...(shape.rowid ? [quoted(shape.rowid)] : []),
  ];
  const line = terms
    .map(
      (term) =>
        `typeof(${term}) || hex(CASE typeof(${term}) WHEN 'real' THEN printf('%!.20g', ${term}) ELSE ${term} END)`,
    )
    .join(" || ' ' || ");
  db.exec(
    `DROP TABLE IF EXISTS temp.${as}; CREATE TEMP TABLE ${as} AS SELECT ${line} AS line, ${shape.key.map(({ name }) => quoted(name)).join(', ')} FROM main.${quoted(shape.name)}`,
  );
}

/** How many rows are not what they were, and of how many of these no change after `after` is in the log. */
function changes({ db, shape }: EngineDonor, after: number): { changed: number; missed: number } {
  const only = (a: string, b: string) =>
    `SELECT * FROM temp.${a} WHERE line NOT IN (SELECT line FROM temp.${b})`;
  const changed = `(${only('was', 'now')} UNION ALL ${only('now', 'was')}) c`;
  const same = shape.key.map(({ name }, i) => `d.k${i} IS +c.${quoted(name)}`).join(' AND ');
  const delta = `main.${quoted(deltaLogNames(shape.name).delta)}`;
  return db
    .prepare(
      `SELECT count(*) AS changed, coalesce(sum(NOT EXISTS (SELECT 1 FROM ${delta} d WHERE d.seq > ? AND ${same})), 0) AS missed FROM ${changed}`,
    )
    .get(after) as { changed: number; missed: number };
}

function logOf({ db, shape }: EngineDonor): { seqs: number[]; distinct: number } {
  const delta = `main.${quoted(deltaLogNames(shape.name).delta)}`;
  const keys = shape.key.map((_, i) => `k${i}`).join(', ');
  const seqs = db.prepare(`SELECT seq FROM ${delta} ORDER BY seq`).pluck().all() as number[];
  const distinct = db.prepare(`SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM ${delta})`).pluck().get();
  return { seqs, distinct: distinct as number };
}

test('whatever is written and pruned, each change has a number past all that were seen, and a key stands in the log once', (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  fc.assert(
    fc.property(story, ({ table, before, hasTrigger, steps }) => {
      const file = path.join(folder, `${++run}.db`);
      const writer = new Database(file);
      let donor: EngineDonor | undefined;
      try {
        writer.pragma(`encoding = '${table.encoding}'`);
        writer.pragma(`journal_mode = ${table.journal}`);
        writer.pragma('synchronous = OFF');
        const name = quoted(table.name);
        const trigger = `CREATE TRIGGER application AFTER INSERT ON ${name} WHEN NEW.v IS NOT 'seen' BEGIN UPDATE ${name} SET v = 'seen' WHERE k IS NEW.k; END`;
        for (const sql of [...table.create, ...(hasTrigger ? [trigger] : []), ...before])
          writeOwn(writer, sql);
        donor = openDonor(file, table.name);
        capture(donor);
        let watermark = 0;
        for (const step of steps) {
          const log = logOf(donor);
          remember(donor, 'was');
          if ('writes' in step) for (const sql of step.writes) writeOwn(writer, sql);
          else {
            const { keys } = pruneDelta(donor.db, donor.shape, step);
            const gone = log.seqs
              .slice(0, -1)
              .filter((seq) => seq <= step.upTo)
              .slice(0, step.maxKeys);
            assert.deepEqual(logOf(donor).seqs, log.seqs.slice(gone.length));
            assert.equal(keys, log.seqs.length - gone.length);
          }
          remember(donor, 'now');
          const state = readCapture(donor.db, donor.shape);
          const { changed, missed } = changes(donor, watermark);
          const { seqs, distinct } = logOf(donor);
          assert.equal(missed, 0, 'every change is in the log, with a number of its own');
          assert.ok(state !== undefined && state.broken === undefined);
          assert.ok(state.watermark > watermark || (changed === 0 && state.watermark === watermark));
          assert.deepEqual([state.watermark, state.keys], [seqs.at(-1) ?? 0, seqs.length]);
          assert.equal(distinct, seqs.length);
          watermark = state.watermark;
        }
      } finally {
        donor?.db.close();
        writer.close();
      }
    }),
    { seed, numRuns, interruptAfterTimeLimit: 180_000, markInterruptAsFailure: true },
  );
});
