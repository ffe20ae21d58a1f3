import { describe, test } from 'node:test';
import fc from 'fast-check';
import { requestRoles } from '../../src/core/agent/roles.ts';
import { type LockedTo, tryAgent } from './fuzzed/agent-trial.ts';
import { lies } from './fuzzed/lies.ts';
import { allTypes, type Move, moves, sound } from './fuzzed/moves.ts';
import { tryOperator } from './fuzzed/operator-trial.ts';
import { chunks } from './fuzzed/sound-images.ts';
import { stageTables } from './fuzzed/stage.ts';

/** `npm run test:fuzz` does more of it: FORESYNC_FUZZ_RUNS trials of each kind, from FORESYNC_FUZZ_SEED. */
const numRuns = Number(process.env.FORESYNC_FUZZ_RUNS ?? 6);
const seed = Number(process.env.FORESYNC_FUZZ_SEED ?? 20261129);

const chunksFrom = (first: number, end: number) =>
  Array.from({ length: end - first }, (_, i) => sound('joiner.snapshot', first + i));
const opened = sound('joiner.open');
const whole = [opened, ...chunksFrom(0, chunks)];
const verified = [...whole, sound('joiner.indexes'), sound('joiner.verify'), sound('joiner.recheck')];
/** How far a run is when the hostile moves come. */
const openings: Record<'donor' | 'joiner', Move[][]> = {
  donor: [
    [],
    [sound('donor.open'), sound('capture.start')],
    [
      sound('donor.open'),
      sound('capture.start'),
      sound('cache.open'),
      sound('cache.fill'),
      sound('donor.seek'),
    ],
  ],
  joiner: [
    [],
    [opened],
    [opened, sound('joiner.hot', 2), ...chunksFrom(0, 1)],
    [opened, ...chunksFrom(0, 2)],
    [opened, sound('joiner.hot', 3), ...chunksFrom(0, 1), sound('joiner.delta'), ...chunksFrom(1, 2)],
    whole,
    verified,
    [...verified, sound('joiner.publish')],
    [opened, sound('joiner.hot', 1), sound('joiner.publish'), ...chunksFrom(0, 2)],
  ],
};

describe('hostile frames end an agent or are answered by an error', { timeout: 36e5 }, () => {
  const kinds: [role: 'donor' | 'joiner', lockedTo: LockedTo][] = [
    ['donor', undefined],
    ['joiner', undefined],
    ['donor', 'donor'],
    ['joiner', 'joiner'],
  ];
  for (const [role, lockedTo] of kinds) {
    // What a locked agent must refuse comes along, too.
    const types = allTypes.filter((type) => requestRoles[type].includes(role));
    const played = fc.record({
      table: fc.constantFrom(...stageTables),
      opening: fc.constantFrom(...openings[role]),
      sent: fc.oneof({ weight: 4, arbitrary: moves(types) }, { weight: 1, arbitrary: moves(allTypes) }),
    });
    test(`of a ${role}, ${lockedTo ? 'locked to its table' : 'not locked'}`, async () => {
      await fc.assert(
        fc.asyncProperty(played, async ({ table, opening, sent }) => {
          await tryAgent(lockedTo, table, [...opening, ...sent]);
        }),
        { seed, numRuns, endOnFailure: true },
      );
    });
  }
});

describe('hostile answers end a run with an error, or do no harm', { timeout: 36e5 }, () => {
  for (const liar of ['donor', 'joiner'] as const) {
    test(`of a ${liar}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...stageTables), lies(liar), async (table, lie) => {
          await tryOperator(liar, table, lie);
        }),
        { seed, numRuns, endOnFailure: true },
      );
    });
  }
});
