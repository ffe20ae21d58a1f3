import type { Params, RequestType } from '../../../src/core/agent/protocol.ts';
import { chunkRows, chunks } from './sound-images.ts';
import { knownPostgres } from './sound-postgres-params.ts';
import type { Stage } from './stage.ts';

/** Of no rows at all. */
const digest = '0'.repeat(64);
const captureId = 'add-replica:shop:new:1';

/**
 * Parameters that an agent takes, of every request. `nth` is the chunk of the table that a request is about. A field that the
 * protocol asks for and that is not here is an error of types.
 */
const known: { [T in RequestType]: (stage: Stage, nth: number) => Params<T> } = {
  'agent.ping': () => ({}),
  'host.look': () => ({}),
  'store.look': ({ donor }) => ({ path: donor, table: 'items', willWrite: true }),
  'place.look': ({ joiner, donor, shape }) => ({ path: joiner, table: 'items', shape, stores: [donor] }),
  'donor.open': ({ donor }) => ({ path: donor, table: 'items' }),
  'capture.read': () => ({}),
  'capture.start': () => ({ id: captureId, leaseMs: 600_000, budgetKeys: 1000 }),
  'capture.renew': () => ({ leaseMs: 600_000 }),
  'capture.stop': () => ({}),
  'cache.open': () => ({ captureId, kind: 'file', limitBytes: 1_000_000, create: true }),
  'cache.fill': () => ({ maxBytes: 100_000, digests: true }),
  'cache.drop': () => ({}),
  'hot.read': () => ({ maxBytes: 100_000, leaveOut: true, digests: true }),
  'rows.read': () => ({ maxBytes: 100_000 }),
  'hot.settle': () => ({ maxBytes: 100_000 }),
  'donor.seek': () => ({ watermark: 0, snapshotAfter: place(7) }),
  'snapshot.next': () => ({ targetBytes: 2000, level: 1 }),
  'delta.next': () => ({ maxKeys: 100, maxBytes: 100_000 }),
  'donor.count': () => ({}),
  'verify.begin': () => ({ count: true }),
  'delta.prune': () => ({ watermark: 0, maxKeys: 100 }),
  'verify.next': () => ({ targetBytes: 2000, maxKeys: 100, maxBytes: 100_000 }),
  'range.read': (_, nth) => ({ range: rangeOf(nth), maxKeys: 100, maxBytes: 100_000 }),
  'recheck.next': () => ({ maxKeys: 100, maxBytes: 100_000 }),
  'joiner.look': ({ joiner, donor }) => ({ path: joiner, table: 'items', stores: [donor] }),
  'joiner.open': ({ joiner, shape }) => ({
    ...{ path: joiner, shape, runId: 'run', captureId },
    ...{ prunedTo: 0, logEnd: 1000 },
  }),
  'joiner.hot': () => ({ compare: true }),
  'joiner.snapshot': (_, nth) => ({ to: rangeOf(nth).to, compare: true }),
  'joiner.delta': (_, nth) => ({ watermark: 5 + nth }),
  'joiner.serve': ({ joiner }) => ({ address: `${joiner}.sock`, log: `${joiner}.reads`, readyAt: 0.9 }),
  'joiner.fetched': (_, nth) => ({ batch: nth, keysRead: 1, watermark: 5 }),
  'joiner.level': () => ({ ageMs: 5, isWhole: false }),
  'joiner.indexes': () => ({}),
  'joiner.count': () => ({}),
  'joiner.reads': () => ({}),
  'joiner.verify': (_, nth) => ({ watermark: 10 + nth, range: rangeOf(nth), digest }),
  'joiner.repair': (_, nth) => ({ watermark: 20 + nth, range: rangeOf(nth), digest }),
  'joiner.recheck': (_, nth) => ({ watermark: 30 + nth, digest, complete: true }),
  'joiner.publish': () => ({ replace: true, walMode: true, takes: 'rows', status: true }),
  'joiner.release': ({ joiner }) => ({ path: joiner, table: 'items' }),
  'joiner.withdraw': ({ joiner }) => ({ path: joiner, table: 'items' }),
  'joiner.discard': ({ joiner }) => ({ path: joiner }),
  ...knownPostgres,
};

export function soundParams(type: RequestType, stage: Stage, nth: number): unknown {
  return known[type](stage, nth);
}

/** The stretch of the scan order that a chunk covers; the last one reaches to the end of the table. */
function rangeOf(nth: number): { from?: ReturnType<typeof place>; to?: ReturnType<typeof place> } {
  return {
    ...(nth === 0 ? {} : { from: place(nth * chunkRows) }),
    ...(nth === chunks - 1 ? {} : { to: place((nth + 1) * chunkRows) }),
  };
}

function place(rowid: number): [{ i: string }] {
  return [{ i: String(rowid) }];
}
