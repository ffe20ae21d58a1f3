import type { Handlers } from './handlers.ts';
import { postgresDonorHandlers } from './postgres-donor-handlers.ts';
import { postgresJoinerHandlers } from './postgres-joiner-handlers.ts';
import { postgresLeaderHandlers } from './postgres-leader-handlers.ts';
import { postgresStandbyHandlers } from './postgres-standby-handlers.ts';

/** Often enough for any --stall-timeout that makes sense. */
const beatEveryMs = 2000;

/**
 * All requests about PostgreSQL stores. While one is handled a beat is told now and then: a server that makes an index or waits for a lock says nothing
 * itself. One that is gone is noticed by the system, which keeps the connection alive.
 */
export function postgresHandlers(beat: () => Promise<unknown>): {
  handlers: Handlers;
  close(): Promise<void>;
} {
  const donor = postgresDonorHandlers();
  const joiner = postgresJoinerHandlers(donor.donor);
  const standby = postgresStandbyHandlers();
  let under = 0;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    under += 1;
    timer ??= setInterval(() => void beat().catch(() => undefined), beatEveryMs);
  };
  const end = () => {
    under -= 1;
    if (under > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const all = { ...donor.handlers, ...joiner.handlers, ...standby.handlers, ...postgresLeaderHandlers };
  const beating = Object.entries(all).map(([type, handler]) => {
    const work = handler as (params: unknown, parts: Buffer[]) => unknown;
    return [
      type,
      async (params: unknown, parts: Buffer[]) => {
        begin();
        try {
          return await work(params, parts);
        } finally {
          end();
        }
      },
    ];
  });
  return {
    handlers: Object.fromEntries(beating) as Handlers,
    close: async () => {
      clearInterval(timer);
      await donor.close();
      await joiner.close();
      await standby.close();
    },
  };
}
