import { captureName } from '../store/postgres/capture.ts';
import { subscribeToLeaders, switchToLeaders } from '../store/postgres/hand-over-among.ts';
import { feedsOf, refuseUnfitLeader, slotsNamed } from '../store/postgres/leaders.ts';
import { inSession } from '../store/postgres/session.ts';
import {
  rehearseSubscription,
  subscribe,
  subscriptionState,
  unsubscribe,
} from '../store/postgres/subscription.ts';
import type { Handlers } from './handlers.ts';

/** The requests between servers that all are written at. None of them keeps anything in the agent. */
export const postgresLeaderHandlers: Handlers = {
  'pg.leader.look': ({ url, table, id, slots }) =>
    inSession(url, async (session) => {
      await refuseUnfitLeader(session, id, slots);
      return { result: { feeds: await feedsOf(session, table) } };
    }),
  'pg.leader.slots': ({ url, names }) =>
    inSession(url, async (session) => ({ result: { slots: await slotsNamed(session, names) } })),
  'pg.subscription.rehearse': async ({ url, ...rehearsal }) => {
    await rehearseSubscription(url, rehearsal);
    return { result: {} };
  },
  'pg.leader.subscribe': ({ url, id, publication, conninfo }) =>
    inSession(url, async (session) => {
      const name = captureName(id);
      const isThere = (await subscriptionState(session, name)) === 'enabled';
      if (!isThere) {
        await unsubscribe(session, name);
        await subscribe(session, {
          ...{ name, publication: captureName(publication), conninfo },
          ...{ isEnabled: true, origin: 'none' },
        });
      }
      return { result: { subscription: name } };
    }),
  'pg.leader.leave': ({ url, id }) =>
    inSession(url, async (session) => {
      await unsubscribe(session, captureName(id));
      return { result: {} };
    }),
  'pg.joiner.subscribe': async ({ url, sources }) => {
    await subscribeToLeaders(url, sources);
    return { result: {} };
  },
  'pg.joiner.switch': async ({ url, id, sources }) => ({ result: await switchToLeaders(url, id, sources) }),
};
