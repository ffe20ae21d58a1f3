import fc from 'fast-check';
import type { DonorChange, Fault, PlanKind, ServerAt, StreamPlace } from '../case.ts';
import { place, powers } from '../choose-case.ts';
import type { PgCase } from './case.ts';
import { randomPgTable, randomPgWrite } from './random-table.ts';

/** The case of a seed: the same one every time. */
export function pgCaseOf(seed: number): PgCase {
  const [chosen] = fc.sample(anyCase, { seed, numRuns: 1 });
  if (!chosen) throw new Error('fast-check chose no case');
  return { ...chosen, seed };
}

type Sizes = Pick<PgCase, 'rows' | 'rowBytes' | 'largeRowBytes'>;

const size: fc.Arbitrary<Sizes> = fc.oneof(
  { weight: 25, arbitrary: sized([0, 20], [0, 100]) },
  { weight: 45, arbitrary: sized([500, 2000], [0, 30, 300, 3000]) },
  { weight: 20, arbitrary: sized([3000, 5000], [1500, 6000]) },
  { weight: 7, arbitrary: sized([20_000], [0, 100, 900]) },
  { weight: 3, arbitrary: fc.constant({ rows: 30, rowBytes: 100, largeRowBytes: 40_000_000 }) },
);

function sized(rows: number[], rowBytes: number[]): fc.Arbitrary<Sizes> {
  return fc.record({
    rows: fc.constantFrom(...rows),
    rowBytes: fc.constantFrom(...rowBytes),
    largeRowBytes: fc.constant(0),
  });
}

const at = fc.constantFrom<ServerAt>('lead', 'joiner');
const line = fc.integer({ min: 2, max: 20 });
const busyPlace = fc.constantFrom<[ServerAt, StreamPlace['direction']]>(['lead', 'from'], ['joiner', 'to']);
const anyPlace = fc.oneof(
  fc.tuple(at, place).map(([who, there]) => ({ who, place: there })),
  fc.tuple(busyPlace, place).map(([[who, direction], there]) => ({ who, place: { ...there, direction } })),
);

const changes: DonorChange[] = [
  ...(['column-added', 'column-dropped', 'column-retyped', 'column-renamed', 'index-added'] as const),
  ...(['dropped', 'recreated', 'vacuumed', 'emptied', 'slot-dropped', 'publication-dropped'] as const),
];

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  {
    weight: 22,
    arbitrary: fc
      .tuple(at, fc.oneof(fc.integer({ min: 1, max: 200 }), powers(9)))
      .map<Fault>(([who, step]) => ({ kind: 'killed', who, step })),
  },
  {
    weight: 5,
    arbitrary: fc
      .integer({ min: 1, max: 90 })
      .map<Fault>((step) => ({ kind: 'killed', who: 'operator', step })),
  },
  {
    weight: 9,
    arbitrary: fc
      .integer({ min: 1, max: 24 })
      .map<Fault>((there) => ({ kind: 'killed-at-line', line: there })),
  },
  { weight: 6, arbitrary: anyPlace.map<Fault>((there) => ({ kind: 'ssh-killed', ...there })) },
  { weight: 8, arbitrary: anyPlace.map<Fault>((there) => ({ kind: 'stream-cut', ...there })) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyPlace, fc.integer({ min: 0, max: 7 }))
      .map<Fault>(([there, bit]) => ({ kind: 'stream-flipped', ...there, bit })),
  },
  { weight: 2, arbitrary: anyPlace.map<Fault>((there) => ({ kind: 'stream-stalled', ...there })) },
  {
    weight: 3,
    arbitrary: fc
      .record({ who: at, step: powers(7), byMs: fc.constantFrom(-3_600_000, -1000, 1000, 3_600_000) })
      .map<Fault>((jump) => ({ kind: 'clock-jumped', ...jump })),
  },
  {
    weight: 5,
    arbitrary: powers(23).map<Fault>((freeBytes) => ({ kind: 'disk-full', where: 'joiner', freeBytes })),
  },
  {
    weight: 10,
    arbitrary: fc
      .tuple(at, line, fc.constantFrom('postmaster' as const, 'backend' as const))
      .map<Fault>(([where, there, process]) => ({ kind: 'server-killed', at: where, line: there, process })),
  },
  {
    weight: 10,
    arbitrary: fc
      .tuple(at, line, fc.constantFrom('all' as const, 'walsender' as const))
      .map<Fault>(([where, there, which]) => ({
        kind: 'connections-ended',
        ...(which === 'all' ? { at: where } : { at: 'lead' as const }),
        ...{ line: there, which },
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(at, line, fc.constantFrom('agent' as const, 'backend' as const))
      .map<Fault>(([where, there, process]) => ({
        kind: 'process-stopped',
        at: where,
        line: there,
        process,
      })),
  },
  {
    weight: 10,
    arbitrary: fc
      .tuple(line, fc.constantFrom(...changes))
      .map<Fault>(([there, change]) => ({ kind: 'donor-changed', line: there, change })),
  },
);

const anyCase: fc.Arbitrary<PgCase> = fc.tuple(randomPgTable, size).chain(([table, sizes]) =>
  fc
    .record({
      seed: fc.constant(0),
      table: fc.constant(table),
      firstWrites: fc.array(randomPgWrite(table, sizes.rows), { minLength: 3, maxLength: 20 }),
      writes: fc.array(randomPgWrite(table, sizes.rows), { minLength: 10, maxLength: 80 }),
      writerConnections: fc.constantFrom(1, 1, 2, 4),
      pauseMs: fc.constantFrom(1, 2, 5, 20),
      plan: fc.constantFrom<PlanKind>('none', 'empty', 'good', 'good', 'good', 'wrong', 'hostile'),
      deltaBudgetKeys: fc.constantFrom(undefined, undefined, 20_000),
      handOver: fc.constantFrom('subscription' as const, 'none' as const),
      isFreshHost: fc.nat(19).map((n) => n === 0),
      faults: fc.oneof(
        { weight: 6, arbitrary: fc.array(fault, { minLength: 1, maxLength: 1 }) },
        { weight: 4, arbitrary: fc.array(fault, { minLength: 2, maxLength: 3 }) },
      ),
      isQuiet: fc.nat(4).map((n) => n === 0),
    })
    .map((chosen) => sensible({ ...chosen, ...sizes })),
);

/** Whoever writes side by side can be compared with the donor alone, at its end; whose table is altered, with what the writes come to. */
function sensible(chosen: PgCase): PgCase {
  const isAltered = chosen.faults.some(({ kind }) => kind === 'donor-changed');
  const handOver = isAltered ? 'none' : chosen.handOver;
  const keepsRows = chosen.rows > 0 && chosen.pauseMs !== 20;
  const kept = (all: string[]) => all.filter((sql) => !keepsRows || !sql.startsWith('TRUNCATE'));
  const [firstWrites, writes] = [kept(chosen.firstWrites), kept(chosen.writes)];
  return {
    ...chosen,
    ...{ handOver, firstWrites, writes: writes.length > 0 ? writes : chosen.writes },
    writerConnections: handOver === 'none' ? 1 : chosen.writerConnections,
  };
}
