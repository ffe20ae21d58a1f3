import { ForesyncError } from '../errors.ts';
import { dropCapture, isOver, lookAtSlot, underWay } from '../store/postgres/capture.ts';
import { CaptureStart } from '../store/postgres/capture-start.ts';
import { ChangeStream } from '../store/postgres/change-stream.ts';
import { PostgresDonor } from '../store/postgres/donor.ts';
import { inSession } from '../store/postgres/session.ts';
import { publicationMark } from '../store/postgres/standby.ts';
import type { Handlers } from './handlers.ts';
import { decodeKeyTexts, encodeKeyTexts } from './key-texts.ts';
import { rowsAnswer } from './rows-answer.ts';

/** The lane of all that waits for nothing. */
const usual = 0;
/** A request for a capture lets the server go on for so long before it tells whom that waits for. */
const startWaitMs = 700;

/** The requests that make a PostgreSQL server a donor. State lives as long as the agent's process. */
export function postgresDonorHandlers(): {
  handlers: Handlers;
  /** The one that is open; throws where none is. */
  donor(): PostgresDonor;
  close(): Promise<void>;
} {
  let open: PostgresDonor | undefined;
  let stream: ChangeStream | undefined;
  let start: CaptureStart | undefined;
  const donor = (): PostgresDonor => {
    if (!open) throw new ForesyncError('protocol', 'donor-not-open', 'No donor is open.');
    return open;
  };
  const changes = (): ChangeStream => {
    if (!stream) throw new ForesyncError('protocol', 'stream-not-open', 'No stream of changes is open.');
    return stream;
  };
  const close = async () => {
    await start?.stop();
    start = undefined;
    await stream?.close();
    stream = undefined;
    await open?.lanes.close();
    open = undefined;
  };
  const keysOf = (part: Buffer | undefined) => decodeKeyTexts(part, donor().definition.key.length);
  const handlers: Handlers = {
    'pg.donor.open': async ({ url, table, seed, id }) => {
      await close();
      open = await PostgresDonor.open(url, table, id);
      open.seed = seed;
      const { oid: _oid, ...result } = open.look;
      return { result };
    },
    'pg.capture.look': async ({ url, id }) => ({
      result: { slot: await inSession(url, (session) => lookAtSlot(session, id)) },
    }),
    'pg.capture.start': async ({ id, purpose }) => {
      const under =
        start ?? (await CaptureStart.open(donor().url, id, { table: donor().definition, purpose }));
      start = under;
      try {
        const look = await under.look(startWaitMs);
        if ('waitsFor' in look) return { result: look };
        start = undefined;
        return { result: { begun: look, waitsFor: [] } };
      } catch (error) {
        await under.stop();
        start = undefined;
        throw error;
      }
    },
    'pg.capture.under-way': async () => ({ result: await underWay(await donor().lanes.session(usual)) }),
    'pg.capture.over': async ({ below }) => ({
      result: { over: await isOver(await donor().lanes.session(usual), below) },
    }),
    'pg.capture.publication': async ({ id }) => ({
      result: { publication: await publicationMark(await donor().lanes.session(usual), id) },
    }),
    'pg.capture.drop': async ({ url, id, hold }) => {
      await stream?.close();
      stream = undefined;
      await inSession(url, (session) => dropCapture(session, id, hold));
      return { result: {} };
    },
    'pg.stream.open': async ({ id, from }) => {
      await stream?.close();
      stream = await ChangeStream.open(donor().url, id, from);
      return { result: {} };
    },
    'pg.stream.take': async ({ flushedTo, ...limits }) => {
      const taken = await changes().take(flushedTo, limits);
      return { result: { bytes: taken.length }, parts: taken.length > 0 ? [taken] : [], level: 1 };
    },
    'pg.stream.hurry': () => {
      changes().hurry();
      return { result: {} };
    },
    'pg.stream.close': async ({ flushedTo }) => {
      await stream?.take(flushedTo, { maxBytes: 0, waitMs: 0 });
      await stream?.close();
      stream = undefined;
      return { result: {} };
    },
    'pg.range.cut': async ({ lane, range, rows, count }) => ({
      result: {},
      parts: [encodeKeyTexts(await donor().cut(lane, range, { rows, count }))],
    }),
    'pg.range.read': async ({ lane, range, level, ...sizes }) => {
      const read = await donor().readRange(lane, range, sizes);
      if ('tooLarge' in read) return { result: { rows: 0, rawBytes: 0, tooLarge: true } };
      const { rows, bytes, digest } = read;
      return {
        result: { rows, rawBytes: bytes.length, tooLarge: false, digest },
        parts: [bytes],
        ...(level !== undefined && { level }),
      };
    },
    'pg.serving.keys': async ({ lane, range, maxBytes }) => {
      const read = await donor().readKeysOf(lane, range, maxBytes);
      return { result: {}, parts: 'tooLarge' in read ? [] : [read.bytes], level: 1 };
    },
    'pg.keys.read': async ({ lane, maxBytes }, [keys]) =>
      rowsAnswer(await donor().readKeys(lane, keysOf(keys), maxBytes)),
    'pg.range.digest': async ({ lane, range }) => ({ result: await donor().digest(lane, range) }),
    'pg.range.hashes': async ({ lane, range }, [keys]) => {
      const { lines, at } = await donor().hashes(lane, range ?? { keys: keysOf(keys) });
      return { result: { at }, parts: [lines] };
    },
    'pg.position': async ({ lane }) => ({ result: { at: await donor().position(lane) } }),
    'pg.donor.standing': async ({ id }) => ({ result: { standing: await donor().standing(id) } }),
    'pg.sequences': async ({ lane }) => ({ result: { sequences: await donor().sequences(lane) } }),
  };
  return { handlers, donor, close };
}
