import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type Frame, FrameWriter, frameLimits, readFrames } from '../../../src/core/transport/frames.ts';

const frames = fc.array(
  fc.record({
    header: fc.jsonValue(),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 12 },
);

describe('frames', () => {
  test('survive any chunking', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(frames, cuts, async (sent, sizes) => {
        const got = await collect(readFrames(Readable.from(cut(await encode(sent), sizes))));
        assert.deepEqual(
          got.map(({ header, payload }) => [header, payload.toString('hex')]),
          sent.map(({ header, payload }) => [JSON.parse(JSON.stringify(header)), payload.toString('hex')]),
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('cut anywhere but between two frames are a protocol error', async () => {
    const sent = [{ header: { n: 1 }, payload: Buffer.from('one') }, { header: { n: 2 } }];
    const whole = await encode(sent);
    const first = (await encode(sent.slice(0, 1))).length;
    for (let end = 0; end <= whole.length; end += 1) {
      const reading = collect(readFrames(Readable.from([whole.subarray(0, end)])));
      if (end === 0 || end === first || end === whole.length) await reading;
      else await assert.rejects(reading, { kind: 'protocol', code: 'channel-cut' });
    }
  });

  test('made of any bytes never do worse than a protocol error', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((body) => Buffer.from(body));
    // Checked numbers, so that the reader gets past its first checks.
    const frame = fc
      .tuple(fc.integer({ min: 0, max: 120 }), fc.nat(60), bytes)
      .map(([total, header, body]) => framed(total, header, body));
    const limits = { maxHeaderBytes: 40, maxFrameBytes: 100 };
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, frame), fc.integer({ min: 1, max: 50 }), async (hostile, size) => {
        try {
          const input = Readable.from(cut(hostile, [size]));
          for await (const { payload } of readFrames(input, limits)) assert.ok(payload.length <= 100);
        } catch (error) {
          assert.equal((error as { kind?: string }).kind, 'protocol');
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  test('that claim more than the limit are refused before their bytes come', async () => {
    const invalid = { kind: 'protocol', code: 'frame-invalid' };
    const read = (bytes: Buffer) => collect(readFrames(Readable.from([bytes])));
    await assert.rejects(read(framed(0xffffffff, 2)), invalid);
    await assert.rejects(read(framed(11, 0)), invalid);
    await assert.rejects(read(framed(14, 3, Buffer.from('{}'))), invalid);
    await assert.rejects(read(framed(14, 2, Buffer.from([0xff, 0xfe]))), invalid);
    const longHeader = frameLimits.maxHeaderBytes + 1;
    await assert.rejects(read(framed(12 + longHeader, longHeader, Buffer.alloc(longHeader, ' '))), invalid);
  });

  test('with a damaged bit are refused as soon as they are there, and never waited for', async () => {
    const whole = await encode([{ header: { n: 1 }, payload: Buffer.from('a key of somebody') }]);
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const open = new PassThrough();
      open.write(damaged);
      await assert.rejects(collect(readFrames(open)), { kind: 'protocol', code: 'frame-invalid' });
    }
  });

  test('too large to be read are not sent', async () => {
    const output = new PassThrough();
    const writer = new FrameWriter(output, { maxHeaderBytes: 10, maxFrameBytes: 20 });
    await assert.rejects(writer.write({ header: 'a long header' }), { code: 'frame-too-large' });
    await assert.rejects(writer.write({ header: '', payload: Buffer.alloc(19) }), {
      code: 'frame-too-large',
    });
    await writer.write({ header: '', payload: Buffer.alloc(18) });
    assert.equal(output.readableLength, 16 + 2 + 18);
  });

  test('take their payload in pieces', async () => {
    const output = new PassThrough();
    await new FrameWriter(output).write({
      header: 1,
      payload: ['one', '', 'two'].map((text) => Buffer.from(text)),
    });
    output.end();
    assert.deepEqual(await collect(readFrames(output)), [{ header: 1, payload: Buffer.from('onetwo') }]);
  });

  test('of concurrent writers stay whole and in order, and wait for the reader', async () => {
    const pipe = new PassThrough({ highWaterMark: 1000 });
    const writer = new FrameWriter(pipe);
    let written = 0;
    const writing = Array.from({ length: 50 }, async (_, n) => {
      await writer.write({ header: n, payload: Buffer.alloc(500, n) });
      written += 1;
    });
    const all = Promise.all(writing).then(() => pipe.end());
    await new Promise(setImmediate);
    assert.ok(written < 3, `${written} writes were done though nobody read`);
    const got = await collect(readFrames(pipe));
    await all;
    assert.equal(written, 50);
    assert.deepEqual(
      got.map(({ header }) => header),
      Array.from({ length: 50 }, (_, n) => n),
    );
    assert.ok(got.every(({ header, payload }) => payload.equals(Buffer.alloc(500, header as number))));
  });

  test('to a peer that dies are an error, while waiting and afterwards', async () => {
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
    const writer = new FrameWriter(stuck);
    const waiting = [writer.write({ header: 1 }), writer.write({ header: 2 })];
    stuck.destroy(new Error('EPIPE'));
    for (const write of waiting) await assert.rejects(write, { kind: 'protocol', code: 'channel-closed' });
    await assert.rejects(writer.write({ header: 3 }), { kind: 'protocol', code: 'channel-closed' });
  });

  test('from a peer that dies are a protocol error', async () => {
    const input = new PassThrough();
    input.write(await encode([{ header: 1 }]));
    const got: Frame[] = [];
    const reading = (async () => {
      for await (const frame of readFrames(input)) {
        got.push(frame);
        input.destroy(new Error('ECONNRESET'));
      }
    })();
    await assert.rejects(reading, { kind: 'protocol', code: 'channel-cut' });
    assert.equal(got.length, 1);
  });
});

/** A frame that claims these lengths, with the checksums that such a frame has. */
function framed(total: number, headerBytes: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const prefix = Buffer.alloc(16);
  for (const [i, number] of [total, headerBytes, crc32(body)].entries()) prefix.writeUInt32BE(number, 4 * i);
  prefix.writeUInt32BE(crc32(prefix.subarray(0, 12)), 12);
  return Buffer.concat([prefix, body]);
}

async function encode(sent: { header: unknown; payload?: Buffer }[]): Promise<Buffer> {
  const pipe = new PassThrough({ highWaterMark: 1 << 20 });
  const writer = new FrameWriter(pipe);
  for (const frame of sent) await writer.write(frame);
  pipe.end();
  return Buffer.concat(await collect<Buffer>(pipe));
}

function* cut(bytes: Buffer, sizes: number[]): Generator<Buffer> {
  for (let start = 0, n = 0; start < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}
