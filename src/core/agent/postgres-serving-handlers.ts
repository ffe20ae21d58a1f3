import { ForesyncError } from '../errors.ts';
import type { PostgresJoiner } from '../store/postgres/joiner.ts';
import { rehearseServing } from '../store/postgres/joiner-place.ts';
import type { Handlers } from './handlers.ts';

/** The requests that have a joiner at PostgreSQL answer reads while it is built. */
export function postgresServingHandlers(joiner: () => PostgresJoiner): Handlers {
  const slices = () => {
    const { slices } = joiner();
    if (!slices) throw new ForesyncError('protocol', 'not-served', 'The joiner answers no reads.');
    return slices;
  };
  return {
    'pg.serving.rehearse': async ({ url }) => {
      await rehearseServing(url);
      return { result: {} };
    },
    'pg.serving.prepare': async ({ conninfo }) => {
      await joiner().prepareServing(conninfo);
      return { result: {} };
    },
    'pg.serving.missing': async ({ lane }, [keys]) => ({
      result: { keys: await joiner().missing(lane, keys ?? Buffer.alloc(0)) },
    }),
    'pg.serving.open': async ({ lead }) => {
      await joiner().openServing(lead);
      return { result: {} };
    },
    'pg.slice.open': async () => {
      await slices().open();
      return { result: {} };
    },
    'pg.slice.shut': async () => ({ result: { isShut: await slices().shut() } }),
    'pg.slice.commit': async (slice) => {
      const { changes } = await slices().commit(slice, (to) => joiner().apply(to));
      return { result: { changes, pendingBytes: joiner().spool.pendingBytes } };
    },
  };
}
