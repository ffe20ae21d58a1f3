import fc from 'fast-check';
import type { RequestType } from '../../../src/core/agent/protocol.ts';
import { requestRoles } from '../../../src/core/agent/roles.ts';

/** What a hostile agent does to answers of one type: to the one after `sound` of them, or to all from there on. */
export interface Lie {
  of: RequestType;
  sound: number;
  lasting: boolean;
  lie:
    | 'bend'
    | 'flip'
    | 'flip and mend'
    | 'cut'
    | 'bytes'
    | 'twice'
    | 'another'
    | 'error'
    | 'parts'
    | 'silence'
    | 'end';
  at: number;
  by: number;
}

/** What an agent of a role answers in every run. */
const told: Record<'donor' | 'joiner', readonly RequestType[]> = {
  donor: [
    ...(['donor.open', 'capture.read', 'capture.start', 'hot.read', 'donor.seek', 'snapshot.next'] as const),
    ...(['delta.next', 'verify.next', 'recheck.next', 'capture.stop'] as const),
  ],
  joiner: [
    ...(['joiner.look', 'joiner.open', 'joiner.hot', 'joiner.snapshot', 'joiner.delta'] as const),
    ...(['joiner.indexes', 'joiner.verify', 'joiner.recheck', 'joiner.publish'] as const),
  ],
};

export const lies = (role: 'donor' | 'joiner'): fc.Arbitrary<Lie> =>
  fc.record({
    of: fc.constantFrom(...told[role].filter((type) => requestRoles[type].includes(role))),
    sound: fc.nat({ max: 1 }),
    lasting: fc.boolean(),
    lie: fc.oneof(
      { weight: 3, arbitrary: fc.constant('bend' as const) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          ...(['flip', 'flip and mend', 'cut', 'bytes', 'twice', 'another', 'error'] as const),
          ...(['parts', 'silence', 'end'] as const),
        ),
      },
    ),
    at: fc.nat({ max: 10_000 }),
    by: fc.nat({ max: 10_000 }),
  });

/** Values that stand where others are expected; some of the same type, so that they pass as an answer. */
export const lyingValues: unknown[] = [
  ...[
    0,
    1,
    -1,
    2 ** 53 - 1,
    2 ** 53,
    0.5,
    1e308,
    '',
    'x',
    'x'.repeat(5000),
    '\u001b[2J\0',
    '0'.repeat(64),
    null,
  ],
  ...[true, false, [], {}, [{ i: '1' }], [{ i: '-1' }], [{ n: true }], { from: [{ i: '1' }] }, undefined],
  ...[
    JSON.parse('{"__proto__":{"a":1}}'),
    'CREATE TABLE items(k)',
    'CREATE TABLE other(k); DROP TABLE items',
  ],
];
