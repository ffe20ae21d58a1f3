import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { lookAtState, openState } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-open-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const openers = 4;
const files = 100;

/** Opens file after file, each together with the other threads: they meet at a counter before each. */
const opener = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { openState, met, folder, openers, files } = workerData;
  const arrived = new Int32Array(met);
  import(openState).then(({ openState }) => {
    const failures = [];
    for (let n = 0; n < files; n++) {
      Atomics.add(arrived, 0, 1);
      while (Atomics.load(arrived, 0) < (n + 1) * openers);
      try {
        openState(folder + '/' + n + '.db').close();
      } catch (error) {
        failures.push(error.message);
      }
    }
    parentPort.postMessage(failures);
  });
`;

test('a new state file may be opened several times at once', async () => {
  const workerData = {
    openState: new URL('../../../src/core/state/open.ts', import.meta.url).href,
    met: new SharedArrayBuffer(4),
    folder,
    openers,
    files,
  };
  const failures = await Promise.all(
    Array.from(
      { length: openers },
      () =>
        new Promise<string[]>((resolve, reject) => {
          const worker = new Worker(opener, { eval: true, workerData });
          worker.on('message', resolve);
          worker.on('error', reject);
        }),
    ),
  );
  assert.deepEqual(failures.flat(), []);
});

test('looking at a state file tells how it stands, and neither makes nor changes it', () => {
  const file = path.join(folder, 'looked-at.db');
  assert.equal(lookAtState(file), 'missing');
  assert.equal(existsSync(file), false);
  openState(file).close();
  assert.equal(lookAtState(file), 'current');
  const bytes = () => readFileSync(file, 'hex');
  const change = (sql: string) => {
    const db = new Database(file);
    db.exec(sql);
    db.close();
  };
  change('PRAGMA user_version = 1');
  const older = bytes();
  assert.equal(lookAtState(file), 'older');
  assert.equal(bytes(), older);
  change('PRAGMA user_version = 1000');
  assert.throws(() => lookAtState(file), { kind: 'data', code: 'state-newer' });
  change('PRAGMA application_id = 7');
  assert.throws(() => lookAtState(file), { kind: 'data', code: 'state-foreign' });
  assert.throws(() => lookAtState(path.join(folder, 'nowhere', 'x.db')), {
    kind: 'io',
    code: 'state-unusable',
  });
});
