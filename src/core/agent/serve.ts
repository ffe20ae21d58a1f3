import type { Readable, Writable } from 'node:stream';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import { release } from '../release.ts';
import { FrameWriter, frameLimits, readFrames } from '../transport/frames.ts';
import { ByteGate } from './byte-gate.ts';
import { compress } from './compression.ts';
import { donorHandlers } from './donor-handlers.ts';
import type { Answer, Handler, Handlers } from './handlers.ts';
import { beatHeader, type Heartbeat, longRequests } from './heartbeat.ts';
import { Idleness } from './idleness.ts';
import { joinerHandlers } from './joiner-handlers.ts';
import { laneOf } from './lanes.ts';
import { admit, type Lock } from './lock.ts';
import { LoneWatch, loneAfterMs } from './lone-watch.ts';
import { lookHandlers } from './look-handlers.ts';
import { sizeOf } from './part-sizes.ts';
import { postgresHandlers } from './postgres-handlers.ts';
import { problemOf } from './problem.ts';
import { type Params, type RequestType, requestHeader, requests, splitParts } from './protocol.ts';
import { type Unpacked, Unpacking } from './unpacking.ts';

export interface ServeOptions {
  loneMs?: number;
  /** Whatever it does not allow is refused. */
  lock?: Lock | undefined;
  /** Of the descriptor behind the output. */
  heartbeat?: Heartbeat | undefined;
}

/** What may wait for its handler, as it came. */
const maxWaitingBytes = 64 << 20;
/** What may wait for the peer to take it: a peer that takes nothing gets no more work done. */
const maxAnsweredBytes = 64 << 20;
/** What a request costs beside its parts. */
const requestBytes = 64 << 10;

/**
 * Answers requests until the input ends, or nothing has come for `loneMs`. Handlers run one after the other, in order of arrival (`lanes.ts`); decompression before
 * and compression after them happen on other threads meanwhile, so that reading, packing and sending overlap. What waits
 * anywhere is bounded: past that, nothing more is read.
 */
export async function serve(
  input: Readable,
  output: Writable,
  { loneMs = loneAfterMs, lock, heartbeat }: ServeOptions = {},
): Promise<void> {
  const donor = donorHandlers(systemClock);
  const writer = new FrameWriter(output);
  const joiner = joinerHandlers((header, payload) => writer.write({ header, payload }));
  const postgres = postgresHandlers(() => writer.write({ header: beatHeader, payload: [] }));
  const handlers: Handlers = {
    'agent.ping': () => ({ result: costSoFar() }),
    ...lookHandlers(systemClock),
    ...donor.handlers,
    ...joiner.handlers,
    ...postgres.handlers,
  };
  const answers = new Set<Promise<void>>();
  const turns = new Map<string, Promise<unknown>>();
  const idleness = new Idleness();
  const waiting = new ByteGate(maxWaitingBytes);
  const answered = new ByteGate(maxAnsweredBytes);
  const isCatchingUp = () => waiting.isFull && !answered.isFull;
  const watch = new LoneWatch(loneMs, isCatchingUp, () => input.destroy(alone()));
  const unpacking = new Unpacking();
  const work = async (type: RequestType, params: unknown, unpacked: Promise<Unpacked>) => {
    await answered.room();
    const { parts, sizeBytes } = await unpacked;
    // Requests that wait would else be handled without a turn of the event loop between, and readers wait for all of them.
    if (joiner.isServing()) await eventLoopTurn();
    try {
      const handler = () => handle(handlers, type, params, { parts, lock });
      if (!heartbeat || !longRequests.has(type)) return await handler();
      await writer.drained();
      return await heartbeat.during(handler);
    } finally {
      unpacking.spend({ parts, sizeBytes });
    }
  };
  const settle = (heldBytes: number) => {
    waiting.give(heldBytes);
    idleness.done();
  };
  try {
    for await (const frame of readFrames(input, frameLimits, () => watch.hear())) {
      const header = requestHeader.safeParse(frame.header);
      const packed = header.success ? splitParts(frame.payload, header.data.sizes) : undefined;
      if (!header.success || !packed)
        throw new ForesyncError('protocol', 'request-invalid', 'A request is not one of this protocol.');
      const { n, type, params } = header.data;
      const idleMs = idleness.came();
      const heldBytes = requestBytes + frame.payload.length;
      waiting.take(heldBytes);
      const unpacked = unpacking.unpack(frame.payload, packed);
      unpacked.catch(() => undefined);
      const lane = laneOf(type, params);
      const handled = (turns.get(lane) ?? Promise.resolve()).then(() => work(type, params, unpacked));
      const settled = handled.then(
        () => settle(heldBytes),
        () => settle(heldBytes),
      );
      turns.set(lane, settled);
      const answer = respond(writer, { n, idleMs }, handled, answered).finally(() => answers.delete(answer));
      // Nobody is left to answer to: that ends the loop, and is told below.
      answer.catch((error: Error) => input.destroy(error));
      answers.add(answer);
      await waiting.room();
    }
    await Promise.all(answers);
  } finally {
    watch.end();
    await Promise.all(turns.values());
    donor.close();
    await joiner.close();
    await postgres.close();
  }
}

function costSoFar(): { cpuMs: number; peakBytes: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
}

function alone(): ForesyncError {
  return new ForesyncError('unreachable', 'operator-lost', 'Nothing has come for too long.');
}

/** Its handler runs before this returns. */
async function handle<T extends RequestType>(
  handlers: Handlers,
  type: T,
  params: unknown,
  { parts, lock }: { parts: Buffer[]; lock: Lock | undefined },
): Promise<Answer<T>> {
  const handler = handlers[type] as Handler<T> | undefined;
  const checked = requests[type].params.safeParse(params);
  if (!handler || !checked.success)
    throw new ForesyncError(
      'protocol',
      'request-invalid',
      `A request '${type}' is not one of this protocol.`,
    );
  const asked = checked.data as Params<T>;
  return handler(lock ? admit(lock, type, asked) : asked, parts);
}

/** Sends what a handler says; `answered` holds its parts until the peer has taken them. */
async function respond(
  writer: FrameWriter,
  about: { n: number; idleMs: number },
  handled: Promise<Answer<RequestType>>,
  answered: ByteGate,
): Promise<void> {
  let heldBytes = 0;
  const refusal = (error: unknown) => ({
    header: { ...about, error: problemOf(error), sizes: [] },
    payload: [],
  });
  const answer = await handled
    .then(async ({ result, parts = [], packed = false, level }) => {
      heldBytes = requestBytes + sizeOf(parts);
      answered.take(heldBytes);
      const payload = packed ? parts : await Promise.all(parts.map((part) => compress(part, level)));
      if (!packed) release(parts);
      return { header: { ...about, result, sizes: payload.map(({ length }) => length) }, payload };
    })
    .catch(refusal);
  try {
    await writer.write(answer);
  } catch (error) {
    if (!(error instanceof ForesyncError) || error.code !== 'frame-too-large') throw error;
    await writer.write(refusal(error));
  } finally {
    answered.give(heldBytes);
  }
}
