import assert from 'node:assert/strict';
import { createReadStream, fstatSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { beatHeader, Heartbeat } from '../../../src/core/agent/heartbeat.ts';
import { encodeFrame, readFrames } from '../../../src/core/transport/frames.ts';
import { database, temporaryFolder } from '../../support/tables.ts';

const longestMs = 30_000;

const isBeat = (header: unknown) => JSON.stringify(header) === JSON.stringify(beatHeader);

async function headersIn(file: string): Promise<unknown[]> {
  const headers: unknown[] = [];
  for await (const { header } of readFrames(createReadStream(file))) headers.push(header);
  return headers;
}

test('while its thread is busy an agent is heard, and what it says itself is never mixed up with that', async (t) => {
  const file = path.join(temporaryFolder(t), 'output');
  const descriptor = openSync(file, 'a+');
  const heartbeat = new Heartbeat(descriptor);
  const size = () => fstatSync(descriptor).size;
  for (let round = 0; round < 2; round++) {
    writeSync(descriptor, encodeFrame({ n: round }));
    const before = size();
    const untilMs = performance.now() + longestMs;
    const result = heartbeat.during(() => {
      while (size() === before && performance.now() < untilMs);
      return round;
    });
    assert.equal(result, round);
  }
  const quietSince = size();
  const headers = await headersIn(file);
  assert.deepEqual(
    headers.filter((header) => !isBeat(header)),
    [{ n: 0 }, { n: 1 }],
  );
  assert.ok(headers.filter(isBeat).length >= 2);
  assert.equal(size(), quietSince);
});

test('an agent that hangs in a call which does not return is heard no longer, and again when it goes on', async (t) => {
  const file = path.join(temporaryFolder(t), 'output');
  const descriptor = openSync(file, 'a+');
  const heartbeat = new Heartbeat(descriptor);
  const size = () => fstatSync(descriptor).size;
  const waitsIn = new Int32Array(new SharedArrayBuffer(4));
  // Ten beats long; the first may come before it hangs, and another for the turn in which it began to.
  heartbeat.during(() => Atomics.wait(waitsIn, 0, 0, 5000));
  const beats = (await headersIn(file)).filter(isBeat).length;
  assert.ok(process.platform === 'linux' ? beats <= 2 : beats > 2, `${beats} beats`);
  heartbeat.during(() => {
    const before = size();
    const untilMs = performance.now() + longestMs;
    while (size() === before && performance.now() < untilMs);
    assert.ok(size() > before);
  });
});

test('an agent that waits for the lock of another program is heard', async (t) => {
  const folder = temporaryFolder(t);
  const descriptor = openSync(path.join(folder, 'output'), 'a+');
  const heartbeat = new Heartbeat(descriptor);
  const size = () => fstatSync(descriptor).size;
  const holder = database(t, path.join(folder, 'shop.db'), 'CREATE TABLE items(k)');
  holder.exec('BEGIN IMMEDIATE');
  const waiter = new Database(path.join(folder, 'shop.db'), { timeout: 5000 });
  t.after(() => waiter.close());
  assert.throws(() => heartbeat.during(() => waiter.exec('BEGIN IMMEDIATE')), /locked/);
  assert.ok(size() >= 2 * encodeFrame(beatHeader).length, `${size()} bytes`);
});
