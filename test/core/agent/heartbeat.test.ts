import assert from 'node:assert/strict';
import { createReadStream, fstatSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { beatHeader, Heartbeat } from '../../../src/core/agent/heartbeat.ts';
import { encodeFrame, readFrames } from '../../../src/core/transport/frames.ts';
import { temporaryFolder } from '../../support/tables.ts';

const longestMs = 30_000;

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
  const headers: unknown[] = [];
  for await (const { header } of readFrames(createReadStream(file))) headers.push(header);
  const isBeat = (header: unknown) => JSON.stringify(header) === JSON.stringify(beatHeader);
  assert.deepEqual(
    headers.filter((header) => !isBeat(header)),
    [{ n: 0 }, { n: 1 }],
  );
  assert.ok(headers.filter(isBeat).length >= 2);
  assert.equal(size(), quietSince);
});
