import assert from 'node:assert/strict';
import fs, { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { Joiner } from '../../../../src/core/store/sqlite/joiner.ts';
import {
  bulkPath,
  discardLeftStaging,
  stagingBytes,
  stagingPath,
} from '../../../../src/core/store/sqlite/staging.ts';
import { capture, type EngineDonor, openDonor, openJoiner } from '../../../support/engine-copy.ts';
import { database, rowsOf, temporaryFolder } from '../../../support/tables.ts';

const limits = { maxKeys: 100, maxBytes: 1e6 };

/** A donor with rows of an INTEGER PRIMARY KEY, and a folder for its joiner. */
function stage(t: TestContext, { rows = 60, pageSizeBytes = 512 } = {}) {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'donor.db');
  const place = path.join(folder, 'place');
  fs.mkdirSync(place);
  const writer = database(
    t,
    file,
    `PRAGMA page_size = ${pageSizeBytes}; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     INSERT INTO t SELECT i * 3, 'text ' || i, zeroblob(iif(i % 17, i % 40, 2000)) FROM n`,
  );
  const donor = openDonor(file, 't');
  t.after(() => donor.db.close());
  capture(donor);
  return { folder, file, writer, donor, place, joinerFile: path.join(place, 'joiner.db') };
}

function putAhead(donor: EngineDonor, joiner: Joiner, keys: number[]): void {
  joiner.hot(donor.reader.planned.hot(keys, { maxBytes: 1e6, digests: false }).image);
  donor.reader.planned.leaveOut(keys);
}

/** Sends chunks up to the end of the table, or so many. */
function sendChunks(donor: EngineDonor, joiner: Joiner, { targetBytes = 600, count = Infinity } = {}): void {
  for (let sent = 0; sent < count && ['hot', 'snapshot'].includes(joiner.checkpoint.stage); sent++) {
    const { image, to } = donor.reader.snapshot(joiner.checkpoint.snapshotAfter, targetBytes);
    joiner.snapshot(image, to, { compare: true });
  }
}

type Step = (call: 'write' | 'cut' | 'rename' | 'remove') => void;

/** Calls `step` before each change that a joiner makes to files by itself, in the middle of each write, and after a cut, which SQLite's own writes follow. */
function atEachStep(t: TestContext, step: Step, work: () => void): void {
  const { writeSync, ftruncateSync, renameSync, rmSync } = fs;
  const around =
    <A extends unknown[], R>(call: Parameters<Step>[0], change: (...args: A) => R) =>
    (...args: A): R => {
      step(call);
      const done = change(...args);
      if (call === 'cut') step(call);
      return done;
    };
  const halves = (descriptor: number, bytes: Buffer, at: number, length: number, position: number) => {
    step('write');
    const half = writeSync(descriptor, bytes, at, length >> 1, position);
    if (half > 0) step('write');
    return half + writeSync(descriptor, bytes, at + half, length - half, position + half);
  };
  const mocks = [
    t.mock.method(fs, 'writeSync', halves as typeof writeSync),
    t.mock.method(fs, 'ftruncateSync', around('cut', ftruncateSync)),
    t.mock.method(fs, 'renameSync', around('rename', renameSync)),
    t.mock.method(fs, 'rmSync', around('remove', rmSync)),
  ];
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    for (const { mock } of mocks) mock.restore();
    syncBuiltinESMExports();
  }
}

/** Keeps a copy of the joiner's folder as every step of `work` finds it: what a process leaves that is killed there. */
function leftByKills(t: TestContext, { folder, place }: { folder: string; place: string }, work: () => void) {
  const states: string[] = [];
  const keep = () => {
    const state = path.join(folder, `killed-${states.length}`);
    fs.mkdirSync(state);
    for (const name of readdirSync(place))
      if (fs.statSync(path.join(place, name)).isFile())
        fs.copyFileSync(path.join(place, name), path.join(state, name));
    states.push(state);
  };
  atEachStep(t, keep, work);
  return states;
}

/** Goes on with what was left, and judges. */
function finishes(file: string, donor: EngineDonor, joinerFile: string, more?: (joiner: Joiner) => void) {
  const { joiner } = openJoiner(joinerFile, donor.shape);
  more?.(joiner);
  sendChunks(donor, joiner);
  joiner.finishIndexes();
  const rows = joiner.rowCount();
  joiner.close();
  const staging = stagingPath(joinerFile);
  assert.deepEqual(rowsOf(staging, 't'), rowsOf(file, 't'));
  assert.equal(rows, rowsOf(file, 't').length);
  assert.deepEqual(
    readdirSync(path.dirname(joinerFile)).filter((name) => name.includes('-rows')),
    [],
  );
  const db = new Database(staging, { readonly: true });
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
}

test('wherever a process is killed while pages are put together and take their place, the next one ends with the same rows', (t) => {
  const { file, donor, joinerFile, ...at } = stage(t);
  const { joiner } = openJoiner(joinerFile, donor.shape);
  putAhead(donor, joiner, [3, 60, 180]);
  const states = leftByKills(t, at, () => sendChunks(donor, joiner));
  joiner.close();
  assert.ok(states.length > 25, `${states.length} states`);
  for (const state of states) finishes(file, donor, path.join(state, 'joiner.db'));
});

test('wherever a process is killed while a table of one leaf takes its place, the next one ends with the same rows', (t) => {
  const { file, donor, joinerFile, ...at } = stage(t, { rows: 12, pageSizeBytes: 4096 });
  const { joiner } = openJoiner(joinerFile, donor.shape);
  const all = donor.reader.snapshot(undefined, 1e6);
  const states = leftByKills(t, at, () => {
    joiner.snapshot(all.image, [{ i: '36' }]);
    // Nothing follows, as where the donor could not know that the table ends there.
    joiner.snapshot(donor.reader.snapshot([{ i: '36' }], 1e6).image, undefined);
  });
  joiner.close();
  assert.ok(states.length > 10, `${states.length} states`);
  for (const state of states) finishes(file, donor, path.join(state, 'joiner.db'));
});

test('wherever a process is killed while a round of changes ends the pages early, the next one ends with the same rows', (t) => {
  for (const rows of [60, 12]) {
    const { file, writer, donor, joinerFile, ...at } = stage(t, {
      rows,
      pageSizeBytes: rows < 20 ? 4096 : 512,
    });
    const { joiner } = openJoiner(joinerFile, donor.shape);
    putAhead(donor, joiner, rows < 20 ? [] : [6, 150, 177]);
    const targetBytes = rows < 20 ? 200 : 600;
    sendChunks(donor, joiner, { targetBytes, count: rows < 20 ? 1 : 3 });
    writer.exec("UPDATE t SET v = 'new' WHERE id IN (6, 9, 150); DELETE FROM t WHERE id = 12");
    const round = donor.reader.delta(0, limits);
    const states = leftByKills(t, at, () => joiner.delta(round));
    joiner.close();
    assert.ok(states.length > 5, `${states.length} states`);
    for (const state of states)
      finishes(file, donor, path.join(state, 'joiner.db'), (again) => {
        if (state !== states.at(0)) again.delta(round);
        else {
          // Chunks may come first as well.
          sendChunks(donor, again, { targetBytes, count: 1 });
          again.delta(round);
        }
      });
  }
});

for (const [what, lie] of [
  ['before its last row', (to: bigint) => to - 1n],
  ['before its first row', (to: bigint) => to - 1000n],
  ['behind rows that are still to come', (to: bigint) => to + 30n],
] as const)
  for (const honest of [0, 2])
    test(`a place that lies, ${what}, is nothing that the next process could not go on from (after ${honest} chunks)`, (t) => {
      const { file, donor, joinerFile } = stage(t);
      const first = openJoiner(joinerFile, donor.shape).joiner;
      putAhead(donor, first, [6, 90, 93, 96, 99, 102, 180]);
      sendChunks(donor, first, { count: honest });
      const { image, to } = donor.reader.snapshot(first.checkpoint.snapshotAfter, 600);
      const [place] = to ?? [];
      assert.ok(place && 'i' in place);
      const lying = () => first.snapshot(image, [{ i: String(lie(BigInt(place.i))) }], { compare: true });
      const isBehind = what.startsWith('behind');
      if (isBehind) {
        lying();
        // What is honest again does not fit what that place said.
        const next = donor.reader.snapshot(to, 600);
        assert.throws(() => first.snapshot(next.image, next.to), { code: /^(image|place)-foreign$/ });
      } else {
        const before = first.checkpoint;
        assert.throws(lying, { code: /^(image|place)-foreign$/ });
        assert.deepEqual(first.checkpoint, before);
      }
      first.close();
      const { joiner } = openJoiner(joinerFile, donor.shape);
      sendChunks(donor, joiner);
      joiner.finishIndexes();
      joiner.close();
      const rows = rowsOf(stagingPath(joinerFile), 't');
      // Rows that were never sent are found when both sides are compared.
      if (isBehind) assert.ok(rows.length < 60 && rows.every((row) => rowsOf(file, 't').includes(row)));
      else assert.deepEqual(rows, rowsOf(file, 't'));
    });

test('a chunk without rows does not lead back to a place before', (t) => {
  const { file, donor, joinerFile } = stage(t);
  const { joiner } = openJoiner(joinerFile, donor.shape);
  sendChunks(donor, joiner, { count: 2 });
  const { image } = donor.reader.snapshot([{ i: '1000000' }], 600);
  assert.throws(() => joiner.snapshot(image, [{ i: '1' }]), { code: 'place-foreign' });
  joiner.close();
  finishes(file, donor, joinerFile);
});

test('a disk that runs full in the middle of a page is told as such, and the next process goes on', (t) => {
  for (let full = 1; full < 12; full++) {
    const { file, donor, joinerFile } = stage(t);
    const { joiner } = openJoiner(joinerFile, donor.shape);
    let steps = 0;
    const runsFull: Step = (call) => {
      if (call === 'write' && ++steps >= 2 * full)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    assert.throws(() => atEachStep(t, runsFull, () => sendChunks(donor, joiner)), {
      kind: 'io',
      code: 'disk-full',
    });
    joiner.close();
    finishes(file, donor, joinerFile);
  }
});

test('as long as pages take their place nobody else may have the joiner, or take it away', (t) => {
  const { donor, joinerFile, file } = stage(t);
  const { joiner } = openJoiner(joinerFile, donor.shape);
  let tried = 0;
  const tries: Step = (call) => {
    if (call !== 'rename') return;
    tried++;
    assert.throws(() => discardLeftStaging(joinerFile), { code: 'joiner-busy' });
  };
  atEachStep(t, tries, () => sendChunks(donor, joiner));
  assert.equal(tried, 1);
  joiner.close();
  finishes(file, donor, joinerFile);
});

test('whoever gets the lock of a staging file that has had another put in its place leaves it', (t) => {
  const { donor, joinerFile, folder } = stage(t);
  openJoiner(joinerFile, donor.shape).joiner.close();
  const staging = stagingPath(joinerFile);
  const other = path.join(folder, 'other');
  fs.copyFileSync(staging, other);
  const { statSync } = fs;
  const replaced = (...args: Parameters<typeof statSync>) => {
    const status = statSync(...args);
    if (args[0] === staging && existsSync(other)) fs.renameSync(other, staging);
    return status;
  };
  const { mock } = t.mock.method(fs, 'statSync', replaced as typeof statSync);
  syncBuiltinESMExports();
  try {
    assert.throws(() => openJoiner(joinerFile, donor.shape), { code: 'joiner-busy' });
  } finally {
    mock.restore();
    syncBuiltinESMExports();
  }
  const { joiner, resumed } = openJoiner(joinerFile, donor.shape);
  joiner.close();
  assert.equal(resumed, true);
});

test('pages that are not as they were written never take their place, and are taken away when they are discarded', (t) => {
  const { donor, joinerFile, place } = stage(t);
  const { joiner } = openJoiner(joinerFile, donor.shape);
  sendChunks(donor, joiner, { count: 3 });
  const rows = bulkPath(stagingPath(joinerFile));
  const bytes = fs.readFileSync(rows);
  fs.writeFileSync(
    rows,
    Buffer.concat([bytes.subarray(0, 3 * 512), bytes.subarray(4 * 512), Buffer.alloc(512)]),
  );
  assert.throws(() => sendChunks(donor, joiner), { code: /^(bulk-unsound|store-corrupt)$/ });
  joiner.close();
  const { joiner: again } = openJoiner(joinerFile, donor.shape);
  assert.throws(() => again.finishIndexes(), { code: /^(bulk-unsound|store-corrupt)$/ });
  again.close();
  fs.rmSync(stagingPath(joinerFile));
  assert.equal(stagingBytes(joinerFile), fs.statSync(rows).size);
  discardLeftStaging(joinerFile);
  assert.deepEqual([stagingBytes(joinerFile), readdirSync(place)], [undefined, []]);
});

test('a file beside a staging file that does not speak of it is taken away, and one without a table counts as none', (t) => {
  const { donor, joinerFile, file } = stage(t);
  const rows = bulkPath(stagingPath(joinerFile));
  openJoiner(joinerFile, donor.shape).joiner.close();
  writeFileSync(rows, 'left');
  const { joiner, resumed } = openJoiner(joinerFile, donor.shape);
  assert.deepEqual([resumed, existsSync(rows)], [true, false]);
  sendChunks(donor, joiner, { count: 2 });
  joiner.close();
  writeFileSync(rows, '');
  const { joiner: anew, resumed: goesOn } = openJoiner(joinerFile, donor.shape);
  assert.equal(goesOn, false);
  anew.close();
  finishes(file, donor, joinerFile);
});
