import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import {
  agentMagic,
  agreeOnVersion,
  isAgentMagic,
  protocolVersions,
  readLine,
} from '../../../src/core/transport/handshake.ts';

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

test('the greatest version that both sides speak is chosen; without one both are named', () => {
  const { least, greatest } = protocolVersions;
  assert.ok(isAgentMagic(agentMagic));
  assert.equal(agreeOnVersion(agentMagic, 'h'), greatest);
  assert.equal(agreeOnVersion(`foresync-agent ${least}-${greatest + 5}`, 'h'), greatest);
  assert.equal(agreeOnVersion(`foresync-agent 0-${least}`, 'h'), least);
  assert.throws(() => agreeOnVersion(`foresync-agent ${greatest + 1}-${greatest + 3}`, 'h'), {
    kind: 'protocol',
    code: 'version-mismatch',
    message: `The agent at h speaks version ${greatest + 1}-${greatest + 3} of the protocol, this foresync ${greatest}.`,
    hint: /^Update foresync on this machine/,
  });
  assert.throws(() => agreeOnVersion('foresync-agent 0', 'h'), { hint: /^Update foresync at h/ });
  for (const line of [
    'foresync-agent',
    'foresync-agent x',
    'foresync-agent 1-',
    ' foresync-agent 1',
    'foresync-agent 1\r',
  ])
    assert.ok(!isAgentMagic(line), line);
});
