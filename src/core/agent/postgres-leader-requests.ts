import { z } from 'zod';
import { captureId, position, table, url } from './postgres-shapes.ts';
import { count, id, none, request } from './wire-shapes.ts';

const conninfo = z.string().max(10_000);
const slotName = z.string().max(200);
const atMost = 64;

/** What an agent answers in a group where several PostgreSQL servers are written at, each of which subscribes to each other. */
export const leaderRequests = {
  /** What is needed to subscribe to this server and from it, `slots` of which must be free; refused by name where it is not there. The subscriptions that bring changes of the table to it. */
  'pg.leader.look': request(
    z.strictObject({ url, table, id: captureId, slots: count.max(atMost) }),
    z.strictObject({
      feeds: z
        .array(
          z.strictObject({
            name: z.string().max(200),
            origin: z.string().max(200),
            slot: slotName,
            isEnabled: z.boolean(),
            isOwnOnly: z.boolean(),
            isReady: z.boolean(),
            appliedTo: position,
          }),
        )
        .max(1000),
    }),
  ),
  /** Up to where other servers have confirmed slots here; those that are not there are left out. */
  'pg.leader.slots': request(
    z.strictObject({ url, names: z.array(slotName).max(1000) }),
    z.strictObject({ slots: z.array(z.strictObject({ name: slotName, confirmedTo: position })) }),
  ),
  /** Has a server reach another as its subscription will, which leaves nothing at either; `id`: the capture whose subscription that will be. */
  'pg.subscription.rehearse': request(z.strictObject({ url, id: captureId, conninfo }), none),
  /** Subscribes to a joiner's slot of the same name. May be repeated. */
  'pg.leader.subscribe': request(
    z.strictObject({ url, id: captureId, publication: captureId, conninfo }),
    z.strictObject({ subscription: id }),
  ),
  /** Drops that subscription; the slot stays with the joiner. May be repeated. */
  'pg.leader.leave': request(z.strictObject({ url, id: captureId }), none),
  /** Publishes the joiner's table, before anybody writes to it, and makes slots for leaders. Those of an earlier try go. */
  'pg.joiner.lead': request(z.strictObject({ slots: z.array(captureId).max(atMost) }), none),
  /** Up to where the joiner has what was committed at other servers first, by the lead's names for them. */
  'pg.joiner.origins': request(
    none,
    z.strictObject({ origins: z.array(z.strictObject({ name: z.string().max(1000), at: position })) }),
  ),
  /** Makes the subscriptions to leaders, disabled. May be repeated. */
  'pg.joiner.subscribe': request(
    z.strictObject({ url, sources: z.array(z.strictObject({ id: captureId, conninfo })).max(atMost) }),
    none,
  ),
  /** Gives each its place and enables all at once. May be repeated. */
  'pg.joiner.switch': request(
    z.strictObject({
      url,
      id: captureId,
      sources: z.array(z.strictObject({ id: captureId, from: position, confirmedTo: position })).max(atMost),
    }),
    z.strictObject({ subscriptions: z.array(id) }),
  ),
} as const;
