import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RequestType } from '../../src/core/agent/protocol.ts';
import { requestRoles } from '../../src/core/agent/roles.ts';
import { type LockedTo, tryAgent } from './fuzzed/agent-trial.ts';
import { lies } from './fuzzed/lies.ts';
import { allTypes, type Move, moves } from './fuzzed/moves.ts';
import { tryOperator } from './fuzzed/operator-trial.ts';

/** `npm run test:fuzz` does more of it: FORESYNC_FUZZ_RUNS trials of each kind, from FORESYNC_FUZZ_SEED. */
const numRuns = Number(process.env.FORESYNC_FUZZ_RUNS ?? 10);
const seed = Number(process.env.FORESYNC_FUZZ_SEED ?? 20261129);

const sound = (type: RequestType): Move => ({
  ...{ move: 'request', type, bend: undefined, images: [], payload: 'parts', sizes: 'true' },
  ...{ damage: undefined, keptBytes: undefined },
});
const openings: Record<'donor' | 'joiner', Move[]> = {
  donor: [sound('donor.open'), sound('capture.start')],
  joiner: [sound('joiner.open')],
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
      opens: fc.boolean(),
      sent: fc.oneof({ weight: 4, arbitrary: moves(types) }, { weight: 1, arbitrary: moves(allTypes) }),
    });
    test(`of a ${role}, ${lockedTo ? 'locked to its table' : 'not locked'}`, async () => {
      await fc.assert(
        fc.asyncProperty(played, async ({ opens, sent }) => {
          await tryAgent(lockedTo, [...(opens ? openings[role] : []), ...sent]);
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
        fc.asyncProperty(lies(liar), async (lie) => {
          await tryOperator(liar, lie);
        }),
        { seed, numRuns, endOnFailure: true },
      );
    });
  }
});
