import type { Params, RequestType } from '../../../src/core/agent/protocol.ts';

/** A port where nobody listens: what is asked for is taken in, and no server is there for it. */
const url = 'postgres://nobody@127.0.0.1:1/none?connect_timeout=1';
const id = '0123456789abcdef';
const table = { schema: 'public', name: 'items' };
const definition = {
  ...table,
  columns: [
    {
      ...{ name: 'id', type: 'bigint', bareType: 'bigint', typeOid: 20, send: 'pg_catalog.int8send' },
      ...{ isBinary: true, isExact: true, notNull: true },
    },
  ],
  ...{ key: ['id'], keyName: 'items_pkey', indexes: [], checks: [], partitions: [] },
  ...{ options: [], tellsOldRows: false },
};
const range = { after: ['1'], to: ['5'] };
const lane = 3;
const donor = { systemId: '1', timeline: 1, keyOrder: '[""]' };

type PostgresRequest = Extract<RequestType, `pg.${string}`>;

/** Parameters that an agent takes, of every request about PostgreSQL stores. */
export const knownPostgres: { [T in PostgresRequest]: () => Params<T> } = {
  'pg.donor.open': () => ({ url, table, seed: '7', id }),
  'pg.capture.look': () => ({ url, id }),
  'pg.capture.start': () => ({ id, purpose: { use: 'copy', group: 'shop', joiner: 'west' } }),
  'pg.capture.over': () => ({ below: '5' }),
  'pg.capture.under-way': () => ({}),
  'pg.capture.drop': () => ({ url, id }),
  'pg.capture.publication': () => ({ id }),
  'pg.standby.look': () => ({ url }),
  'pg.standby.open': () => ({ url, id, systemId: '1', from: 5, publication: '1/2', definition, rowBytes: 9 }),
  'pg.standby.replayed': () => ({ withinMs: 5 }),
  'pg.standby.read': () => ({ maxBytes: 1000, withinMs: 5 }),
  'pg.slots.note': () => ({ url, id, purpose: { use: 'copy', group: 'shop', joiner: 'west' } }),
  'pg.slots.list': () => ({ url }),
  'pg.stream.open': () => ({ id, from: 5, lane }),
  'pg.stream.take': () => ({ flushedTo: 5, maxBytes: 1000, waitMs: 5, lane }),
  'pg.stream.hurry': () => ({}),
  'pg.stream.close': () => ({ flushedTo: 5, lane }),
  'pg.range.cut': () => ({ lane, range, rows: 10, count: 5 }),
  'pg.range.read': () => ({ lane, range, expectedBytes: 100, maxBytes: 1000, level: 1 }),
  'pg.keys.read': () => ({ lane, maxBytes: 1000 }),
  'pg.range.digest': () => ({ lane, range }),
  'pg.range.hashes': () => ({ lane, range }),
  'pg.position': () => ({ lane }),
  'pg.donor.standing': () => ({ id }),
  'pg.sequences': () => ({ lane }),
  'pg.joiner.look': () => ({ url, id, table }),
  'pg.joiner.hold': () => ({ url, id }),
  'pg.joiner.open': () => ({
    url,
    id,
    definition,
    ...donor,
    captureFrom: 5,
    seed: '7',
    anew: true,
    isLeader: false,
  }),
  'pg.joiner.rehearse': () => ({ url, id, definition, keyOrder: '[""]' }),
  'pg.joiner.spool': () => ({ lane }),
  'pg.joiner.chunk': () => ({ lane, n: 1, range, digest: { rows: 0, sum: '0' } }),
  'pg.joiner.touched': () => ({ most: 10 }),
  'pg.joiner.fetch': () => ({ lane, n: 1, range, maxBytes: 1000 }),
  'pg.joiner.rows': () => ({ keep: true }),
  'pg.joiner.remove': () => ({}),
  'pg.joiner.stage': () => ({ stage: 'delta' }),
  'pg.joiner.apply': () => ({ upTo: 5 }),
  'pg.joiner.refetch': () => ({ taken: false }),
  'pg.joiner.finish': () => ({}),
  'pg.joiner.analyze': () => ({ lane }),
  'pg.joiner.watch': () => ({}),
  'pg.joiner.digest': () => ({ range }),
  'pg.joiner.compare': () => ({ range }),
  'pg.joiner.place': () => ({ replace: true, sequences: [{ column: 'id', lastValue: '7' }] }),
  'pg.joiner.hand-over': () => ({ url, id, conninfo: 'host=x', confirmedTo: 5 }),
  'pg.joiner.forget': () => ({ url, id }),
  'pg.joiner.discard': () => ({ url, id, table }),
  'pg.leader.look': () => ({ url, table, id, slots: 2 }),
  'pg.leader.slots': () => ({ url, names: ['one'] }),
  'pg.subscription.rehearse': () => ({ url, id, conninfo: 'host=localhost' }),
  'pg.leader.subscribe': () => ({ url, id, publication: id, conninfo: 'host=x' }),
  'pg.leader.leave': () => ({ url, id }),
  'pg.joiner.lead': () => ({ slots: [id] }),
  'pg.joiner.origins': () => ({}),
  'pg.joiner.subscribe': () => ({ url, sources: [{ id, conninfo: 'host=x' }] }),
  'pg.joiner.switch': () => ({ url, id, sources: [{ id, from: 5, confirmedTo: 5 }] }),
  'pg.serving.rehearse': () => ({ url }),
  'pg.serving.prepare': () => ({ conninfo: 'host=x' }),
  'pg.serving.keys': () => ({ lane, range, maxBytes: 1000 }),
  'pg.serving.missing': () => ({ lane }),
  'pg.serving.open': () => ({ lead: 'east' }),
  'pg.slice.open': () => ({}),
  'pg.slice.shut': () => ({}),
  'pg.slice.commit': () => ({ upTo: 5, isWhole: true }),
  'pg.warm.begin': () => ({}),
  'pg.warm.rows': () => ({}),
  'pg.buffers': () => ({ url, table }),
};
