import { Flags } from '@oclif/core';
import type { JoinCosts } from '../core/simulate/join-costs.ts';
import { usageError } from './base-command.ts';
import { durationFlag } from './duration-flag.ts';
import { keyNumberFlag, rowRateFlag } from './key-number-flag.ts';
import { rateFlag } from './rate.ts';
import { sizeFlag } from './size-flag.ts';

const helpGroup = 'JOIN';

/** A ratio of sizes: 1 or more. */
const ratioFlag = Flags.custom<number>({
  helpValue: 'RATIO',
  parse: async (input) => {
    const ratio = /^\d{1,4}(?:\.\d{1,6})?$/.test(input.trim()) ? Number(input) : Number.NaN;
    if (!(ratio >= 1))
      throw usageError(`'${input}' is no ratio.`, 'Write 4.2 where 4.2 bytes of rows become one.');
    return ratio;
  },
});

/** How many times faster accesses come than they did. */
export const timeScaleFlag = Flags.custom<number>({
  description:
    'How many times faster accesses come than the logs have them, after the origin: with 60 an hour of them falls into a minute, as for a join that is tried at a small scale.',
  helpValue: 'N',
  parse: async (input) => {
    const scale = /^\d{1,6}(?:\.\d{1,6})?$/.test(input.trim()) ? Number(input) : Number.NaN;
    if (!(scale > 0))
      throw usageError(
        `'${input}' is no time scale.`,
        'Write 60 where an hour of accesses falls into a minute.',
      );
    return scale;
  },
  default: 1,
  defaultHelp: async () => '1',
})();

/** What the simulated join is like: the table, the link, the machines. */
export const simulatedJoinFlags = {
  rows: keyNumberFlag({
    description: "The table's rows; by default as in the latest run, else the keys that the logs know.",
    helpGroup,
  }),
  'row-bytes': sizeFlag({
    description: 'What a row takes; by default as in the latest run, else as the logs say, else 256 bytes.',
    helpGroup,
  }),
  compression: ratioFlag({
    description: 'How many bytes of rows become one on the link; by default as in the latest run, else 4.2.',
    helpGroup,
  }),
  link: rateFlag({
    description: "The rate of the joiner's link, which all donors share; no limit by default.",
    helpGroup,
  }),
  bwlimit: rateFlag({ description: 'The --bwlimit of add-replica.', helpGroup }),
  rtt: durationFlag({
    description: 'The round trip between donors and joiner; none by default.',
    examples: '100ms or 20ms',
    helpGroup,
  }),
  donors: Flags.integer({
    description: 'Replicas that give planned rows.',
    default: 1,
    min: 1,
    max: 1000,
    helpValue: 'N',
    helpGroup,
  }),
  'write-rate': rowRateFlag({
    description: 'Rows that are written a second, any row alike; by default the writes that the logs have.',
    helpGroup,
  }),
  'hot-rate': rowRateFlag({
    description: 'Planned rows a second that the machines can do, whatever the link; as measured by default.',
    helpGroup,
  }),
  'snapshot-rate': rowRateFlag({ description: 'The same of rows in the order of the table.', helpGroup }),
  'delta-rate': rowRateFlag({ description: 'The same of changed rows.', helpGroup }),
  'verify-rate': rowRateFlag({ description: 'The same of rows that are compared.', helpGroup }),
  connect: durationFlag({
    description: 'From the start of a run until rows may go, apart from the round trips; 600ms by default.',
    examples: '600ms or 2s',
    helpGroup,
  }),
};

/** What flags say of the machines. */
export interface SaidCosts {
  'hot-rate': number | undefined;
  'snapshot-rate': number | undefined;
  'delta-rate': number | undefined;
  'verify-rate': number | undefined;
  connect: number | undefined;
}

export function withSaidCosts(costs: JoinCosts, said: SaidCosts): JoinCosts {
  return {
    ...costs,
    hotRowsPerSecond: said['hot-rate'] ?? costs.hotRowsPerSecond,
    snapshotRowsPerSecond: said['snapshot-rate'] ?? costs.snapshotRowsPerSecond,
    deltaRowsPerSecond: said['delta-rate'] ?? costs.deltaRowsPerSecond,
    verifyRowsPerSecond: said['verify-rate'] ?? costs.verifyRowsPerSecond,
    connectMs: said.connect ?? costs.connectMs,
  };
}
