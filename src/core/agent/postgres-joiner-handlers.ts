import { ForesyncError } from '../errors.ts';
import { sentRows } from '../store/postgres/chunk-rows.ts';
import { TooLarge } from '../store/postgres/copy-queries.ts';
import type { PostgresDonor } from '../store/postgres/donor.ts';
import { forgetJoining, handOver } from '../store/postgres/hand-over.ts';
import { PostgresJoiner } from '../store/postgres/joiner.ts';
import { JoinerHold } from '../store/postgres/joiner-hold.ts';
import { discardJoiner, lookAtJoiner, rehearseJoiner } from '../store/postgres/joiner-place.ts';
import type { Handlers } from './handlers.ts';
import { decodeKeyTexts, encodeKeyTexts } from './key-texts.ts';
import { postgresServingHandlers } from './postgres-serving-handlers.ts';
import { postgresWarmHandlers } from './postgres-warm-handlers.ts';

/** The requests that make a PostgreSQL server a joiner. `donor`: the one that is open here too. State lives as long as the agent's process. */
export function postgresJoinerHandlers(donor: () => PostgresDonor): {
  handlers: Handlers;
  close(): Promise<void>;
} {
  let open: PostgresJoiner | undefined;
  let hold: JoinerHold | undefined;
  const joiner = (): PostgresJoiner => {
    if (!open) throw new ForesyncError('protocol', 'joiner-not-open', 'No joiner is open.');
    return open;
  };
  const close = async () => {
    await open?.close();
    open = undefined;
  };
  const leave = async () => {
    await close();
    await hold?.end();
    hold = undefined;
  };
  /** What writes at a joiner does so as long as it is held. */
  const held = async ({ url, id }: { url: string; id: string }): Promise<JoinerHold> => {
    if (hold?.url !== url || hold.id !== id)
      throw new ForesyncError('protocol', 'joiner-not-held', 'The joiner is not held.');
    await hold.check();
    return hold;
  };
  const part = (parts: readonly Buffer[], place: number): Buffer => {
    const found = parts[place];
    if (!found) throw new ForesyncError('protocol', 'part-missing', 'A request came without its rows.');
    return found;
  };
  const keysOf = (bytes: Buffer | undefined) => decodeKeyTexts(bytes, joiner().record.definition.key.length);
  const handlers: Handlers = {
    ...postgresServingHandlers(joiner),
    ...postgresWarmHandlers(joiner),
    'pg.joiner.look': async ({ url, id, table }) => {
      const { record, ...look } = await lookAtJoiner(url, id, table);
      if (!record) return { result: look };
      const { stage, spooledTo, timeline } = record;
      return {
        result: { ...look, left: { stage, spooledTo, systemId: record.systemId, timeline } },
      };
    },
    'pg.joiner.hold': async ({ url, id }) => {
      await leave();
      hold = await JoinerHold.take(url, id);
      return { result: { hold: hold.token } };
    },
    'pg.joiner.open': async ({ url, ...options }) => {
      await close();
      open = await PostgresJoiner.open(await held({ url, id: options.id }), options);
      const { count, to } = await open.chunksDone();
      const { stage, spooledTo } = open.record;
      const rows = open.resumed ? await open.rowCount() : 0;
      const { resumed } = open;
      const isServed = open.slices !== undefined;
      return {
        result: {
          resumed,
          isServed,
          stage,
          spooledTo,
          rows,
          chunks: count,
          ...(to != null && { chunksTo: to }),
        },
      };
    },
    'pg.joiner.rehearse': async ({ url, ...table }) => {
      await rehearseJoiner(url, table);
      return { result: {} };
    },
    'pg.joiner.spool': async (_, [changes]) => {
      const { spool } = joiner();
      if (changes) await spool.write(changes);
      return { result: { spooledTo: spool.spooledTo, pendingBytes: spool.pendingBytes } };
    },
    'pg.joiner.chunk': async ({ lane, n, range, digest }, parts) => {
      const { isProven } = await joiner().rows.chunk(lane, n, range, sentRows(part(parts, 0), digest));
      return { result: { proven: isProven } };
    },
    'pg.joiner.fetch': async ({ lane, n, range, maxBytes }) => ({
      result: await fetched(() =>
        donor().passRange(lane, range, maxBytes, (source) => joiner().rows.chunk(lane, n, range, source)),
      ),
    }),
    'pg.joiner.rows': async ({ keep }, parts) => ({
      result: { rows: await joiner().rows.put(parts, { keep }) },
    }),
    'pg.joiner.remove': async (_, [keys]) => {
      await joiner().rows.remove(keysOf(keys));
      return { result: {} };
    },
    'pg.joiner.stage': async ({ stage }) => {
      await joiner().stage(stage);
      return { result: {} };
    },
    'pg.joiner.apply': async ({ upTo }) => {
      const { changes, appliedTo, complete } = await joiner().apply(upTo);
      return { result: { changes, appliedTo, complete, pendingBytes: joiner().spool.pendingBytes } };
    },
    'pg.joiner.refetch': async ({ taken }) => {
      const keys = await joiner().refetch({ taken });
      return { result: { keys: keys.length }, parts: [encodeKeyTexts(keys)] };
    },
    'pg.joiner.finish': async () => {
      await joiner().finish();
      return { result: {} };
    },
    'pg.joiner.watch': () => {
      joiner().watchKeys();
      return { result: {} };
    },
    'pg.joiner.touched': ({ most }) => {
      const taken = joiner().takeTouched(most);
      if (taken === 'all') return { result: { keys: 0, all: true } };
      return { result: { keys: taken.length, all: false }, parts: [encodeKeyTexts([...taken])] };
    },
    'pg.joiner.digest': async ({ range }) => ({ result: await joiner().digest(range) }),
    'pg.joiner.compare': async ({ range }, [lines, keys]) => {
      const of = range ?? { keys: keysOf(keys) };
      const found = await joiner().compare(of, lines ?? Buffer.alloc(0));
      const untouched = found.filter(({ touched }) => !touched).map(({ key }) => key);
      const touched = found.filter((one) => one.touched).map(({ key }) => key);
      return {
        result: { untouched: untouched.length, touched: touched.length },
        parts: [encodeKeyTexts(untouched), encodeKeyTexts(touched)],
      };
    },
    'pg.joiner.analyze': async ({ lane }) => {
      await joiner().analyze(lane);
      return { result: {} };
    },
    'pg.joiner.place': async ({ rows, ...placing }) => {
      const at = joiner().record.stage === 'placed' ? joiner().record.spooledTo : joiner().spool.spooledTo;
      if (joiner().record.stage !== 'placed') await joiner().place(placing);
      return { result: { rows: rows ?? (await joiner().rowCount()), at } };
    },
    'pg.joiner.lead': async ({ slots }) => {
      await joiner().lead(slots);
      return { result: {} };
    },
    'pg.joiner.origins': async () => {
      const origins = [...(await joiner().origins())].map(([name, at]) => ({ name, at }));
      return { result: { origins } };
    },
    'pg.joiner.hand-over': async ({ url, ...options }) => {
      await held({ url, id: options.id });
      return { result: await handOver(url, options) };
    },
    'pg.joiner.forget': async ({ url, id }) => {
      await close();
      await held({ url, id });
      await forgetJoining(url, id);
      return { result: {} };
    },
    'pg.joiner.discard': async ({ url, id, table }) => {
      await close();
      return { result: await discardJoiner(await held({ url, id }), table) };
    },
  };
  return { handlers, close: leave };
}

async function fetched(fetch: () => ReturnType<PostgresJoiner['rows']['chunk']>) {
  try {
    const { rows, rawBytes, isProven } = await fetch();
    return { rows, rawBytes, proven: isProven, tooLarge: false };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return { rows: 0, rawBytes: 0, proven: false, tooLarge: true };
  }
}
