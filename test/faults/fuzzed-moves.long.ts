import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { RequestType } from '../../src/core/agent/protocol.ts';
import { bulkPath, stagingPath } from '../../src/core/store/sqlite/staging.ts';
import { type Answer, playAll } from './fuzzed/agent-trial.ts';
import { allTypes, sound } from './fuzzed/moves.ts';
import { chunkRows, chunks } from './fuzzed/sound-images.ts';
import { makeStage, type Stage, type StageTable, stageRows, stageTables } from './fuzzed/stage.ts';

/** What is fuzzed is bent from these: if they were refused, nothing behind their refusal would ever be tried. */
type Asked = RequestType | [RequestType, nth: number];

async function played(t: TestContext, table: StageTable, asked: readonly Asked[]) {
  const stage = makeStage(table);
  t.after(() => stage.remove());
  return { stage, answers: await answersOf(stage, asked) };
}

async function answersOf(stage: Stage, asked: readonly Asked[]): Promise<Answer['result'][]> {
  const moves = asked.map((one) => (typeof one === 'string' ? sound(one) : sound(...one)));
  const { end, answers } = await playAll(undefined, moves, stage);
  assert.equal(end, '0');
  const byRequest = answers.filter(({ n }) => n !== undefined).toSorted((a, b) => a.n - b.n);
  return byRequest.map(({ n, result, error }) => {
    assert.equal(error, undefined, `${asked[n]}: ${error?.message}`);
    return result;
  });
}

const snapshot = Array.from({ length: chunks }, (_, nth): Asked => ['joiner.snapshot', nth]);
const allRows = chunks * chunkRows;
const stored = { rows: chunkRows, displaced: false, same: true };

const joinerMoves: Asked[] = [
  ...(['agent.ping', 'host.look', 'joiner.look', 'place.look', 'joiner.open'] as const),
  ...[['joiner.hot', 3] as const, ...snapshot].map((one): Asked => one as Asked),
  ...(['joiner.count', 'joiner.delta', 'joiner.indexes', 'joiner.verify', 'joiner.repair'] as const),
  ...(['joiner.recheck', 'joiner.publish', 'joiner.count', 'joiner.release'] as const),
];

for (const table of stageTables) {
  test(`the moves of a joiner, unbent, build a table and put it in its place: ${table}`, async (t) => {
    const { stage, answers } = await played(t, table, joinerMoves);
    const said = (type: RequestType) => answers[joinerMoves.indexOf(type)];
    assert.deepEqual(said('joiner.open'), {
      ...{ resumed: false, published: false, stage: 'hot', watermark: 0, rows: 0 },
    });
    const chunksSaid = answers.slice(
      joinerMoves.indexOf('joiner.open') + 1,
      joinerMoves.indexOf('joiner.count'),
    );
    const last = { ...stored, displaced: true };
    assert.deepEqual(chunksSaid, [stored, stored, stored, stored, last]);
    assert.deepEqual(said('joiner.count'), { rows: allRows });
    assert.deepEqual(said('joiner.delta'), { rows: chunkRows });
    assert.deepEqual(said('joiner.verify'), { same: false, rows: chunkRows, differences: 0 });
    assert.deepEqual(said('joiner.repair'), { same: false, rows: chunkRows, differences: 0 });
    assert.equal(said('joiner.recheck')?.rows, chunkRows);
    assert.deepEqual(said('joiner.publish'), { rows: allRows, watermark: 30 });
    const db = new Database(stage.joiner, { readonly: true });
    t.after(() => db.close());
    assert.equal(db.prepare('SELECT count(*) FROM items').pluck().get(), allRows);
    assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'by_v'").pluck().get(), 1);
    assert.ok(!existsSync(stagingPath(stage.joiner)));
  });

  test(`some chunks of the snapshot, unbent, are put ${table === 'unique' ? 'into the table' : 'together past SQLite'}: ${table}`, async (t) => {
    const { stage, answers } = await played(t, table, [
      'joiner.open',
      ['joiner.hot', 2],
      ...snapshot.slice(0, 3),
    ]);
    assert.deepEqual(answers.slice(2), [stored, stored, { ...stored, displaced: true }]);
    assert.equal(existsSync(bulkPath(stagingPath(stage.joiner))), table !== 'unique');
    const [opened] = await answersOf(stage, ['joiner.open']);
    assert.deepEqual([opened?.resumed, opened?.stage, opened?.rows], [true, 'snapshot', 3 * chunkRows]);
    await answersOf(stage, ['joiner.discard']);
    assert.ok(!existsSync(bulkPath(stagingPath(stage.joiner))));
  });
}

test('a table that appears early, unbent, takes a chunk, and is taken away', async (t) => {
  const asked: Asked[] = [
    'joiner.open',
    'joiner.hot',
    'joiner.publish',
    ['joiner.snapshot', 1],
    'joiner.withdraw',
  ];
  const { stage, answers } = await played(t, 'plain', asked);
  assert.deepEqual(answers.slice(2), [{ rows: chunkRows, watermark: 0 }, stored, { withdrawn: true }]);
  const db = new Database(stage.joiner, { readonly: true });
  t.after(() => db.close());
  assert.deepEqual(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all(), [
    'other',
  ]);
});

const donorMoves: Asked[] = [
  ...(['store.look', 'donor.open', 'capture.start', 'capture.read', 'capture.renew'] as const),
  ...([
    'cache.open',
    'cache.fill',
    'hot.read',
    'cache.drop',
    'hot.read',
    'hot.settle',
    'rows.read',
    'donor.seek',
  ] as const),
  ...([
    'snapshot.next',
    'delta.next',
    'donor.count',
    'verify.begin',
    'verify.next',
    'range.read',
    'recheck.next',
  ] as const),
  ...(['delta.prune', 'capture.stop'] as const),
];

test('the moves of a donor, unbent, read its rows', async (t) => {
  const { stage, answers } = await played(t, 'plain', donorMoves);
  const said = (type: RequestType, last = false) =>
    answers[last ? donorMoves.lastIndexOf(type) : donorMoves.indexOf(type)];
  assert.equal(said('donor.open')?.walMode, false);
  assert.equal(said('capture.read')?.budgetKeys, 1000);
  // A text and an integer past the table's end are no keys of it.
  const planned = { keysRead: 6, rows: 4, missing: 2 };
  assert.partialDeepStrictEqual(said('cache.fill'), { ...planned, full: false });
  assert.partialDeepStrictEqual(said('hot.read'), { ...planned, cached: true });
  assert.partialDeepStrictEqual(said('hot.read', true), { ...planned, cached: false });
  assert.partialDeepStrictEqual(said('rows.read'), { keysRead: 6, rows: 4, watermark: 0 });
  // A reader's row is counted by what it has, and not by the image that carries it.
  assert.ok(Number(said('rows.read')?.rawBytes) * 5 < Number(said('hot.read', true)?.rawBytes));
  assert.partialDeepStrictEqual(said('hot.settle'), { keysRead: 6, differing: 6 });
  const chunk = said('snapshot.next');
  assert.ok(Number(chunk?.rows) > 0 && Number(chunk?.rows) < stageRows);
  assert.deepEqual(said('verify.begin'), { quiet: true, rows: stageRows });
  const { tail, range } = said('verify.next') as { tail: { complete: boolean }; range: { rows: number } };
  assert.ok(tail.complete && range.rows > 0);
  assert.equal(said('range.read')?.rows, chunkRows);
  assert.partialDeepStrictEqual(said('recheck.next')?.recheck, { rows: 0, complete: true });
  assert.deepEqual(said('delta.prune'), { keys: 0, complete: true });
  const db = new Database(stage.donor, { readonly: true });
  t.after(() => db.close());
  assert.equal(
    db.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%foresync%'").pluck().get(),
    0,
  );
});

const served: Asked[] = ['joiner.serve', 'joiner.hot', 'joiner.fetched', 'joiner.level', 'joiner.reads'];

test('a joiner that serves, unbent, listens at its address and takes rows in any order', async (t) => {
  const asked: Asked[] = ['joiner.open', ...served];
  const { stage, answers } = await played(t, 'plain', asked);
  assert.deepEqual(answers.slice(1), [
    { address: `unix:${stage.joiner}.sock` },
    stored,
    {},
    {},
    { reads: 0, hits: 0, keysUnderWay: 0, notLogged: 0 },
  ]);
});

test('every request is played unbent by one of the above', () => {
  const others = ['joiner.withdraw', 'joiner.discard', ...served];
  const played = [...joinerMoves, ...donorMoves, ...others].map((one) => `${one}`.split(',')[0]);
  assert.deepEqual(
    // Those about PostgreSQL need servers, and are played by the runs of test/core/sync/postgres.
    allTypes.filter((type) => !played.includes(type) && !type.startsWith('pg.')),
    [],
  );
});
