import type { RequestType } from './protocol.ts';

export const roles = ['donor', 'joiner'] as const;
export type Role = (typeof roles)[number];

const donors: readonly Role[] = ['donor'];
const joiners: readonly Role[] = ['joiner'];
/** Whoever locks an agent wants no port opened by it. */
const nobody: readonly Role[] = [];

/** Which requests an agent that is locked to a role answers. */
export const requestRoles: Record<RequestType, readonly Role[]> = {
  'agent.ping': roles,
  'host.look': roles,
  'store.look': donors,
  'place.look': joiners,
  'donor.open': donors,
  'capture.read': donors,
  'capture.start': donors,
  'capture.renew': donors,
  'capture.stop': donors,
  'delta.prune': donors,
  'cache.open': donors,
  'cache.fill': donors,
  'cache.drop': donors,
  'hot.read': donors,
  'rows.read': donors,
  'hot.settle': donors,
  'donor.seek': donors,
  'snapshot.next': donors,
  'delta.next': donors,
  'donor.count': donors,
  'verify.begin': donors,
  'verify.next': donors,
  'range.read': donors,
  'recheck.next': donors,
  'joiner.look': joiners,
  'joiner.open': joiners,
  'joiner.hot': joiners,
  'joiner.snapshot': joiners,
  'joiner.delta': joiners,
  'joiner.serve': nobody,
  'joiner.fetched': nobody,
  'joiner.level': nobody,
  'joiner.indexes': joiners,
  'joiner.count': joiners,
  'joiner.reads': joiners,
  'joiner.verify': joiners,
  'joiner.repair': joiners,
  'joiner.recheck': joiners,
  'joiner.publish': joiners,
  'joiner.discard': joiners,
  'joiner.release': joiners,
  'joiner.withdraw': joiners,
};
