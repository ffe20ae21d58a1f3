import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { agentMagic, readLine } from '../../../src/core/transport/handshake.ts';

const isMagic = (line: string) => line === agentMagic;
const never = new AbortController().signal;

test('the first line is found behind noise, in any chunking, and what follows stays', async () => {
  const sent = Buffer.from(`Welcome to h!\r\nnot ${agentMagic}\n${agentMagic}\n\0\x01\nrest`);
  for (let size = 1; size <= sent.length; size += 1) {
    const input = new PassThrough();
    const reading = readLine(input, isMagic, never);
    for (let start = 0; start < sent.length; start += size) input.write(sent.subarray(start, start + size));
    assert.equal(await reading, agentMagic);
    input.end();
    const rest: Buffer[] = [];
    for await (const chunk of input) rest.push(chunk);
    assert.equal(Buffer.concat(rest).toString(), '\0\x01\nrest');
  }
});

test('64 KiB without it are a protocol error, in lines or without any', async () => {
  for (const noise of ['noise\n', 'x']) {
    const input = new PassThrough();
    input.write(noise.repeat((65 << 10) / noise.length));
    await assert.rejects(readLine(input, isMagic, never), { kind: 'protocol', code: 'no-handshake' });
  }
});

test('a stream that ends or breaks first gives undefined', async () => {
  const ended = new PassThrough();
  ended.end('only noise\n');
  assert.equal(await readLine(ended, isMagic, never), undefined);
  const broken = new PassThrough();
  const reading = readLine(broken, isMagic, never);
  broken.destroy(new Error('EPIPE'));
  assert.equal(await reading, undefined);
});

test('an abort ends the wait with its reason and leaves no listener', async () => {
  const input = new PassThrough();
  const before = input.eventNames();
  const stop = new AbortController();
  const reading = readLine(input, isMagic, stop.signal);
  input.write('noise\n');
  await once(input, 'readable');
  stop.abort(new Error('enough'));
  await assert.rejects(reading, { message: 'enough' });
  assert.deepEqual(input.eventNames(), before);
});
