import type { Readable, Writable } from 'node:stream';
import { systemClock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import { release } from '../release.ts';
import { FrameWriter, frameLimits, readFrames } from '../transport/frames.ts';
import { compress, decompress } from './compression.ts';
import { donorHandlers } from './donor-handlers.ts';
import type { Answer, Handler, Handlers } from './handlers.ts';
import { joinerHandlers } from './joiner-handlers.ts';
import { LoneWatch, loneAfterMs } from './lone-watch.ts';
import { lookHandlers } from './look-handlers.ts';
import { problemOf } from './problem.ts';
import { type RequestType, requestHeader, requests, splitParts } from './protocol.ts';

/** Requests that are unpacked while others are handled; over a long link many more may have come, which wait as they are. */
const unpackedAhead = 3;

/**
 * Answers requests until the input ends, or nothing has come for `loneMs`. Handlers run one after the other, in order of arrival; decompression before
 * and compression after them happen on other threads meanwhile, so that reading, packing and sending overlap.
 */
export async function serve(input: Readable, output: Writable, loneMs = loneAfterMs): Promise<void> {
  const donor = donorHandlers(systemClock);
  const joiner = joinerHandlers();
  const handlers: Handlers = {
    'agent.ping': () => ({ result: {} }),
    ...lookHandlers(systemClock),
    ...donor.handlers,
    ...joiner.handlers,
  };
  const writer = new FrameWriter(output);
  const answers = new Set<Promise<void>>();
  let turn: Promise<unknown> = Promise.resolve();
  const before: Promise<unknown>[] = Array.from({ length: unpackedAhead }, () => turn);
  const watch = new LoneWatch(loneMs, () => input.destroy(alone()));
  try {
    for await (const frame of readFrames(input, frameLimits, () => watch.hear())) {
      const header = requestHeader.safeParse(frame.header);
      const packed = header.success ? splitParts(frame.payload, header.data.sizes) : undefined;
      if (!header.success || !packed)
        throw new ForesyncError('protocol', 'request-invalid', 'A request is not one of this protocol.');
      const { n, type, params } = header.data;
      const unpacked = Promise.resolve(before.shift()).then(() => unpack(frame.payload, packed));
      unpacked.catch(() => undefined);
      const handled = turn.then(async () => handle(handlers, type, params, await unpacked));
      turn = handled.catch(() => undefined);
      before.push(turn);
      const answer = respond(writer, n, handled).finally(() => answers.delete(answer));
      // Nobody is left to answer to: that ends the loop, and is told below.
      answer.catch((error: Error) => input.destroy(error));
      answers.add(answer);
    }
    await Promise.all(answers);
  } finally {
    watch.end();
    await turn;
    donor.close();
    joiner.close();
  }
}

function alone(): ForesyncError {
  return new ForesyncError('unreachable', 'operator-lost', 'Nothing has come for too long.');
}

/** Where a part fails, others may still be read on another thread: then their memory is left to the garbage collector. */
async function unpack(payload: Buffer, packed: readonly Buffer[]): Promise<Buffer[]> {
  const parts = await Promise.all(packed.map(decompress));
  release([payload]);
  return parts;
}

async function handle<T extends RequestType>(
  handlers: Handlers,
  type: T,
  params: unknown,
  parts: Buffer[],
): Promise<Answer<T>> {
  const handler = handlers[type] as Handler<T> | undefined;
  const checked = requests[type].params.safeParse(params);
  if (!handler || !checked.success)
    throw new ForesyncError(
      'protocol',
      'request-invalid',
      `A request '${type}' is not one of this protocol.`,
    );
  const answer = await handler(checked.data as Parameters<Handler<T>>[0], parts);
  release(parts);
  return answer;
}

async function respond(writer: FrameWriter, n: number, handled: Promise<Answer<RequestType>>): Promise<void> {
  const refusal = (error: unknown) => ({ header: { n, error: problemOf(error), sizes: [] }, payload: [] });
  const answer = await handled
    .then(async ({ result, parts = [], packed = false, level }) => {
      const payload = packed ? parts : await Promise.all(parts.map((part) => compress(part, level)));
      if (!packed) release(parts);
      return { header: { n, result, sizes: payload.map(({ length }) => length) }, payload };
    })
    .catch(refusal);
  try {
    await writer.write(answer);
  } catch (error) {
    if (!(error instanceof ForesyncError) || error.code !== 'frame-too-large') throw error;
    await writer.write(refusal(error));
  }
}
