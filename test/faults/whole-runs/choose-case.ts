import fc from 'fast-check';
import { randomTable, randomWrite } from '../../support/random-tables.ts';
import type { Case, DonorChange, Fault, StreamPlace, Who } from './case.ts';

/** The case of a seed: the same one every time. */
export function caseOf(seed: number): Case {
  const [chosen] = fc.sample(anyCase, { seed, numRuns: 1 });
  if (!chosen) throw new Error('fast-check chose no case');
  return { ...chosen, seed };
}

/** From 1 to 2^`most`, each power of two as likely as any other. */
export function powers(most: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: 0, max: most - 1 }), fc.double({ min: 1, max: 2, noNaN: true }))
    .map(([power, more]) => Math.floor(2 ** power * more));
}

const size: fc.Arbitrary<Pick<Case, 'rows' | 'rowBytes' | 'largeRowBytes'>> = fc.oneof(
  { weight: 38, arbitrary: fc.constant({ rows: 0, rowBytes: 0, largeRowBytes: 0 }) },
  { weight: 38, arbitrary: sized([20, 500, 2000], [0, 30, 300]) },
  { weight: 14, arbitrary: sized([3000, 5000], [1500, 3000]) },
  { weight: 6, arbitrary: sized([20_000, 50_000], [0, 100]) },
  { weight: 1, arbitrary: sized([200_000], [0, 40]) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { rows: 30, rowBytes: 100, largeRowBytes: 5_000_000 },
      { rows: 3, rowBytes: 100, largeRowBytes: 20_000_000 },
      { rows: 10, rowBytes: 1_000_000, largeRowBytes: 0 },
    ),
  },
);

function sized(rows: number[], rowBytes: number[]) {
  return fc.record({
    rows: fc.constantFrom(...rows),
    rowBytes: fc.constantFrom(...rowBytes),
    largeRowBytes: fc.constant(0),
  });
}

const agents = fc.constantFrom<Exclude<Who, 'operator'>>(
  'lead',
  'lead',
  'lead',
  'joiner',
  'joiner',
  'joiner',
  'west',
);

export const place: fc.Arbitrary<StreamPlace> = fc.record({
  direction: fc.constantFrom('to', 'from'),
  frames: fc.oneof(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 30 }),
  ),
  bytes: fc.oneof(fc.nat(15), powers(9), powers(9), powers(21)),
});

/** Where most of the bytes go: from the donor, to the joiner. */
const busyPlace = fc.constantFrom<['lead' | 'joiner', 'to' | 'from']>(['lead', 'from'], ['joiner', 'to']);
const anyPlace = fc.oneof(
  fc.tuple(agents, place).map(([who, at]) => ({ who, place: at })),
  fc.tuple(busyPlace, place).map(([[who, direction], at]) => ({ who, place: { ...at, direction } })),
);

const line = fc.integer({ min: 2, max: 15 });
const hours = (count: number) => count * 3_600_000;
const changes: DonorChange[] = [
  'column-added',
  'index-added',
  'dropped',
  'recreated',
  'vacuumed',
  'vacuumed',
  'checkpointed',
  'emptied',
];

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  {
    weight: 22,
    arbitrary: fc
      .tuple(agents, fc.oneof(fc.integer({ min: 1, max: 200 }), powers(9)))
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
    arbitrary: fc.integer({ min: 1, max: 24 }).map<Fault>((at) => ({ kind: 'killed-at-line', line: at })),
  },
  { weight: 8, arbitrary: anyPlace.map<Fault>((at) => ({ kind: 'ssh-killed', ...at })) },
  { weight: 8, arbitrary: anyPlace.map<Fault>((at) => ({ kind: 'stream-cut', ...at })) },
  {
    weight: 12,
    arbitrary: fc
      .tuple(anyPlace, fc.integer({ min: 0, max: 7 }))
      .map<Fault>(([at, bit]) => ({ kind: 'stream-flipped', ...at, bit })),
  },
  { weight: 2, arbitrary: anyPlace.map<Fault>((at) => ({ kind: 'stream-stalled', ...at })) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        who: fc.constantFrom<Who>('operator', 'lead', 'lead', 'joiner'),
        step: powers(7),
        byMs: fc.constantFrom(-hours(8760), -hours(1), -1000, 1000, hours(1), hours(8760)),
      })
      .map<Fault>((jump) => ({ kind: 'clock-jumped', ...jump })),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({ where: fc.constantFrom('joiner', 'joiner', 'donor', 'cache'), freeBytes: powers(23) })
      .map<Fault>(({ where, freeBytes }) => ({ kind: 'disk-full', where, freeBytes })),
  },
  { weight: 1, arbitrary: line.map<Fault>((at) => ({ kind: 'donor-locked', line: at })) },
  { weight: 4, arbitrary: line.map<Fault>((at) => ({ kind: 'donor-restarted', line: at })) },
  {
    weight: 9,
    arbitrary: fc
      .tuple(line, fc.constantFrom(...changes))
      .map<Fault>(([at, change]) => ({ kind: 'donor-changed', line: at, change })),
  },
);

const anyCase: fc.Arbitrary<Case> = randomTable.chain((table) =>
  fc
    .record({
      seed: fc.constant(0),
      table: fc.constant(table),
      size,
      isChild: fc.nat(9).map((n) => n === 0),
      firstWrites: fc.array(randomWrite(table), { minLength: 3, maxLength: 20 }),
      writes: fc.array(randomWrite(table), { minLength: 5, maxLength: 60 }),
      writerConnections: fc.constantFrom(1, 1, 2, 3),
      pauseMs: fc.constantFrom(1, 2, 5, 20),
      plan: fc.constantFrom('none', 'empty', 'good', 'good', 'good', 'wrong', 'hostile') as fc.Arbitrary<
        Case['plan']
      >,
      prefetch: fc.constantFrom('none', 'none', 'none', 'file', 'memory') as fc.Arbitrary<Case['prefetch']>,
      hasWest: fc.constantFrom(false, false, true),
      joinerExists: fc.constantFrom(false, false, false, true),
      isFreshHost: fc.nat(19).map((n) => n === 0),
      faults: fc.oneof(
        { weight: 6, arbitrary: fc.array(fault, { minLength: 1, maxLength: 1 }) },
        { weight: 4, arbitrary: fc.array(fault, { minLength: 2, maxLength: 3 }) },
      ),
      isQuiet: fc.nat(3).map((n) => n === 0),
    })
    .map(({ size: { rows, rowBytes, largeRowBytes }, ...chosen }) =>
      sensible({ ...chosen, rows, rowBytes, largeRowBytes }),
    ),
);

/** Faults of a process or a cache that the run would not have say nothing, so the run has it; and large tables stay so. */
function sensible(chosen: Case): Case {
  const needsWest = chosen.faults.some((one) => 'who' in one && one.who === 'west');
  const needsCache = chosen.faults.some((one) => one.kind === 'disk-full' && one.where === 'cache');
  const plan = (needsWest || needsCache) && chosen.plan !== 'hostile' ? 'good' : chosen.plan;
  const prefetch = plan === 'none' ? 'none' : needsCache ? 'file' : chosen.prefetch;
  // Otherwise hardly a table would be large for longer than the first writes take.
  const keepsRows = chosen.rows > 0 && chosen.pauseMs !== 20;
  const [firstWrites, writes] = [chosen.firstWrites, chosen.writes].map((all) =>
    all.filter((sql) => !keepsRows || !/DELETE FROM ("[^"]*")+(;|$)/.test(sql)),
  );
  return {
    ...{ ...chosen, plan, prefetch, hasWest: chosen.hasWest || needsWest, firstWrites: firstWrites ?? [] },
    // A writer has something to write.
    writes: writes && writes.length > 0 ? writes : chosen.writes,
  };
}
