import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { crc32, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { AgentClient } from '../../../src/core/agent/client.ts';
import { compress, decompress } from '../../../src/core/agent/compression.ts';
import { encodeKeys } from '../../../src/core/agent/planned-keys.ts';
import { serve } from '../../../src/core/agent/serve.ts';
import { ForesyncError } from '../../../src/core/errors.ts';
import { type AgentChannel, connectAgent } from '../../../src/core/transport/connect.ts';
import { FrameWriter, readFrames } from '../../../src/core/transport/frames.ts';
import { database, type TestContext, temporaryFolder } from '../../support/tables.ts';

const stallTimeoutMs = 60_000;

/** An agent in this process, at the end of two pipes. */
function pipedAgent() {
  const [toAgent, fromAgent] = [new PassThrough(), new PassThrough()];
  return { input: toAgent, output: fromAgent, served: serve(toAgent, fromAgent) };
}

/** What stands before a payload in a frame. */
function head(header: unknown, payload: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(16);
  const numbers = [12 + text.length + payload.length, text.length, crc32(payload, crc32(text))];
  for (const [i, number] of numbers.entries()) prefix.writeUInt32BE(number, 4 * i);
  prefix.writeUInt32BE(crc32(prefix.subarray(0, 12)), 12);
  return Buffer.concat([prefix, text]);
}

async function spawnedAgent(t: TestContext): Promise<AgentClient> {
  const channel = await connectAgent({ kind: 'local' }, { signal: new AbortController().signal });
  t.after(() => channel.close());
  return new AgentClient('east', channel, stallTimeoutMs);
}

function shop(t: TestContext): string {
  const file = path.join(temporaryFolder(t), 'shop.db');
  database(
    t,
    file,
    "CREATE TABLE items(id INTEGER PRIMARY KEY, v); INSERT INTO items VALUES(1, 'a'), (2, 'b')",
  );
  return file;
}

test('calls that do not wait for each other are taken in their order, each with its own answer', async (t) => {
  const agent = await spawnedAgent(t);
  const keys = await compress(encodeKeys([2, 9]));
  const [opened, read, snapshot, end] = await Promise.all([
    agent.call('donor.open', { path: shop(t), table: 'items' }),
    agent.call('hot.read', { maxBytes: 1e6, leaveOut: true, digests: false }, [keys]),
    agent.call('snapshot.next', { targetBytes: 1e6, level: 3 }),
    agent.call('snapshot.next', { targetBytes: 1e6, level: 3 }),
  ]);
  assert.equal(opened.result.rowsEstimate, 2);
  assert.deepEqual([read.result.rows, read.result.missing], [1, 1]);
  assert.deepEqual([snapshot.result.rows, end.parts.length], [1, 0]);
});

test('a donor tells whether anybody has written to its file since the joiner took up its place', async (t) => {
  const agent = await spawnedAgent(t);
  const file = shop(t);
  const keys = await compress(encodeKeys([1]));
  const hot = { maxBytes: 1e6, leaveOut: false, digests: false };
  await agent.call('donor.open', { path: file, table: 'items' });
  await agent.call('capture.start', { id: 'test', leaseMs: 60_000, budgetKeys: 100 });
  assert.equal((await agent.call('hot.read', hot, [keys])).result.quiet, false, 'nobody has looked yet');
  await agent.call('donor.seek', { watermark: 0 });
  await agent.call('capture.renew', { leaseMs: 60_000 });
  assert.equal((await agent.call('hot.read', hot, [keys])).result.quiet, true);
  assert.equal((await agent.call('snapshot.next', { targetBytes: 1, level: 3 })).result.quiet, true);
  assert.equal((await agent.call('verify.begin', { count: false })).result.quiet, true);
  database(t, file, 'CREATE TABLE another(a)');
  assert.equal((await agent.call('snapshot.next', { targetBytes: 1, level: 3 })).result.quiet, false);
  assert.equal((await agent.call('verify.begin', { count: false })).result.quiet, false);
});

test("an agent's error comes with its kind, code and hint, and the agent goes on", async (t) => {
  const agent = await spawnedAgent(t);
  await assert.rejects(agent.call('snapshot.next', { targetBytes: 1, level: 3 }), {
    kind: 'protocol',
    code: 'donor-not-open',
  });
  const missing = agent.call('donor.open', { path: '/nowhere/shop.db', table: 'items' });
  await assert.rejects(missing, (error: ForesyncError) => {
    assert.deepEqual(
      [error.kind, error.code, error.message.startsWith('east: ')],
      ['io', 'store-missing', true],
    );
    return error.hint !== undefined;
  });
  const keys = zstdCompressSync(Buffer.from('{"no":"list"}'));
  await agent.call('donor.open', { path: shop(t), table: 'items' });
  await assert.rejects(agent.call('hot.read', { maxBytes: 1, leaveOut: false, digests: false }, [keys]), {
    code: 'keys-invalid',
  });
  await assert.rejects(
    agent.call('hot.read', { maxBytes: 1, leaveOut: false, digests: false }, [Buffer.from('no zstd')]),
    {
      kind: 'protocol',
      code: 'part-corrupt',
    },
  );
  assert.equal((await agent.call('snapshot.next', { targetBytes: 1e6, level: 3 })).result.rows, 2);
});

test('an agent that is gone rejects what waits and what is asked later', async (t) => {
  const agent = await spawnedAgent(t);
  const waiting = agent.call('donor.open', { path: shop(t), table: 'items' });
  await waiting;
  await agent.close();
  await assert.rejects(agent.call('capture.read', {}), ForesyncError);
});

test('bytes that are no frames of this protocol end the agent with a protocol error, and never hang it', async () => {
  const valid = async (header: unknown, payload: Buffer = Buffer.alloc(0)) => {
    const pipe = new PassThrough();
    await new FrameWriter(pipe).write({ header, payload });
    return pipe.read() as Buffer;
  };
  const frames = [
    await valid({ n: 0, type: 'capture.read', params: {}, sizes: [] }),
    await valid({ n: 1, type: 'joiner.hot', params: {}, sizes: [3] }, Buffer.from('abc')),
  ];
  const bent = fc.record({
    frame: fc.constantFrom(...frames),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(bent, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const { input, output, served } = pipedAgent();
      output.resume();
      for (const { frame, at, bytes } of pieces) {
        const copy = Buffer.from(frame);
        copy.set(bytes.subarray(0, copy.length), at % Math.max(1, copy.length - bytes.length));
        input.write(copy);
      }
      input.end();
      const error = await served.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(
        error === undefined || (error instanceof ForesyncError && error.kind === 'protocol'),
        String(error),
      );
    }),
    { seed: 4, numRuns: 300 },
  );
  for (const header of [
    { n: 0, type: 'joiner.format', params: {}, sizes: [] },
    { n: 0, type: 'capture.read' },
    [],
    1,
  ]) {
    const { input, output, served } = pipedAgent();
    output.resume();
    input.end(await valid(header));
    await assert.rejects(served, { kind: 'protocol', code: 'request-invalid' }, JSON.stringify(header));
  }
});

test('parameters that no request has are refused one by one', async () => {
  const { input, output, served } = pipedAgent();
  const writer = new FrameWriter(input);
  for (const params of [{ path: '', table: 't' }, { path: 'a', table: 't', more: 1 }, null, 'x'])
    await writer.write({ header: { n: 1, type: 'donor.open', params, sizes: [] } });
  input.end();
  await served;
  output.end();
  for await (const { header } of readFrames(output))
    assert.equal((header as { error: { code: string } }).error.code, 'request-invalid');
});

test('an answer that is none of this protocol ends the client with a protocol error', async () => {
  for (const header of [{ n: 5, result: {}, sizes: [] }, { n: 0, sizes: [9] }, 'hello']) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let closed = false;
    const channel = {
      input,
      output,
      exited: once(input, 'end').then(() => ({ code: 0, signal: undefined, stderrTail: '' })),
      stderrTail: () => '',
      whyEnded: async () => new ForesyncError('unreachable', 'agent-lost', 'gone'),
      close: async () => {
        closed = true;
      },
    } as unknown as AgentChannel;
    const client = new AgentClient('east', channel, stallTimeoutMs);
    const call = client.call('capture.read', {});
    await new FrameWriter(output).write({ header });
    await assert.rejects(call, { kind: 'protocol', code: 'answer-invalid' });
    assert.ok(closed);
  }
});

test('a part is read to its end, whatever becomes of the one beside it', async () => {
  // Large enough that its memory goes back to the system at once: reading it then would end this process.
  const sound = zstdCompressSync(randomBytes(200 * 1024 * 1024));
  const parts = [Buffer.from('no zstd'), sound];
  const { input, output, served } = pipedAgent();
  const sizes = parts.map(({ length }) => length);
  const payload = Buffer.concat(parts);
  input.write(head({ n: 0, type: 'joiner.hot', params: {}, sizes }, payload));
  // In pieces, as from a pipe: the agent puts them together in memory of its own.
  for (let at = 0; at < payload.length; at += 65_536) input.write(payload.subarray(at, at + 65_536));
  input.end();
  await served;
  output.end();
  for await (const { header: answer } of readFrames(output))
    assert.equal((answer as { error: { code: string } }).error.code, 'part-corrupt');
});

test('what becomes of a donor’s file is told as such, and is no defect', async (t) => {
  const agent = await spawnedAgent(t);
  const file = path.join(temporaryFolder(t), 'shop.db');
  database(
    t,
    file,
    'CREATE TABLE items(k PRIMARY KEY, v); INSERT INTO items VALUES(1, zeroblob(100000))',
  ).close();
  await agent.call('donor.open', { path: file, table: 'items' });
  truncateSync(file, 8192);
  const reading = agent.call('snapshot.next', { targetBytes: 1e6, level: 3 });
  await assert.rejects(reading, { kind: 'data', code: 'store-corrupt' });
});

test('an agent whose answers nobody takes ends with a protocol error', async () => {
  const { input, output, served } = pipedAgent();
  output.destroy();
  await new FrameWriter(input).write({ header: { n: 0, type: 'capture.read', params: {}, sizes: [] } });
  await assert.rejects(served, { kind: 'protocol' });
});

test('a part that would grow past any chunk is refused before it does', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(301 * 1024 * 1024));
  assert.ok(bomb.length < 100_000);
  await assert.rejects(decompress(bomb), { kind: 'protocol', code: 'part-corrupt' });
});
