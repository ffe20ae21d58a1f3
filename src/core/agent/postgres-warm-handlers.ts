import type { PostgresJoiner } from '../store/postgres/joiner.ts';
import { Session } from '../store/postgres/session.ts';
import { bufferUse } from '../store/postgres/warm.ts';
import type { Handlers } from './handlers.ts';
import { decodeKeyTexts } from './key-texts.ts';

/** The requests about the buffers of a PostgreSQL server. */
export function postgresWarmHandlers(joiner: () => PostgresJoiner): Handlers {
  return {
    'pg.warm.begin': async () => ({ result: await joiner().warming.begin() }),
    'pg.warm.rows': async (_, [keys]) => ({
      result: await joiner().warming.rows(decodeKeyTexts(keys, joiner().record.definition.key.length)),
    }),
    'pg.buffers': async ({ url, table }) => {
      const session = await Session.open(url);
      try {
        const use = await bufferUse(session, table);
        return { result: use ? { use } : {} };
      } finally {
        await session.end();
      }
    },
  };
}
