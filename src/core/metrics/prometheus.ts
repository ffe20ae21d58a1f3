import { readyTimesOf } from '../ready-times-of.ts';
import type { RunReport } from './run-report.ts';
import { type RunValueName, runValues, type ValueUnit } from './run-values.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  labels: Labels;
  value: number;
}

/** A gauge, and what a run has of it: nothing for what is not known. */
interface Family {
  name: string;
  help: string;
  samples(run: RunReport): readonly Sample[];
}

/**
 * Figures of runs as a collector of text files takes them: the text-based exposition format of Prometheus, version 0.0.4. Without timestamps, which that collector refuses. All are
 * gauges with the labels group, table and joiner.
 */
export function prometheusText(runs: readonly RunReport[]): string {
  return families
    .map(({ name, help, samples }) => {
      const lines = runs.flatMap((run) =>
        samples(run).map(
          ({ labels, value }) => `${name}${labelText({ ...labelsOf(run), ...labels })} ${value}`,
        ),
      );
      if (lines.length === 0) return '';
      return [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
    })
    .join('');
}

/** Of runs, newest first, the newest of each group, table and joiner. */
export function newestOfEach(runs: readonly RunReport[]): RunReport[] {
  const seen = new Set<string>();
  return runs.filter((run) => {
    const { group, table, joiner } = run;
    const name = JSON.stringify([group, table, joiner]);
    if (run.command !== 'add-replica' || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function labelsOf({ group, table, joiner = '' }: RunReport): Labels {
  return { group, table, joiner };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return `{${pairs.join(',')}}`;
}

function escapedLabel(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

const scales: Readonly<Record<ValueUnit, number>> = { share: 1, ms: 1 / 1000, bytes: 1, count: 1 };

/** A figure that runs are compared by, in base units. */
function figure(name: string, help: string, valueName: RunValueName): Family {
  return {
    name,
    help,
    samples: (run) => {
      const found = runValues.find((one) => one.name === valueName);
      const value = found?.of(run);
      return found && value !== undefined ? known(value * scales[found.unit]) : [];
    },
  };
}

/** A number where there is one. */
function known(value: number | undefined, labels: Labels = {}): Sample[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ labels, value }];
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

const families: readonly Family[] = [
  {
    name: 'foresync_run_start_time_seconds',
    help: 'When the newest add-replica began, in seconds since the epoch.',
    samples: ({ startedMs }) => known(startedMs / 1000),
  },
  {
    name: 'foresync_run_done',
    help: 'Whether the newest add-replica came to its good end: 1, or 0 where it runs, was stopped, failed or was aborted.',
    samples: ({ outcome }) => known(outcome === 'done' ? 1 : 0),
  },
  figure('foresync_initial_sync_seconds', "From the run's start to in sync.", 'initialSync'),
  figure(
    'foresync_hot_ready_seconds',
    "From the run's start to when all planned rows were there.",
    'hotReady',
  ),
  {
    name: 'foresync_promised_initial_sync_seconds',
    help: 'When it was to be in sync, as promised at its start.',
    samples: ({ figures }) => [
      ...known(seconds(figures?.promise?.inSync.leastMs), { bound: 'least' }),
      ...known(seconds(figures?.promise?.inSync.mostMs), { bound: 'most' }),
    ],
  },
  figure('foresync_expected_hit_ratio', 'Share of reads that the plan expected to serve.', 'expectedHitRate'),
  figure(
    'foresync_plan_hit_ratio',
    "Share of reads within the plan's horizon that were of planned rows which had been sent.",
    'planHitRate',
  ),
  figure(
    'foresync_replica_hit_ratio',
    "Share of reads since the run's start that the joiner answered by itself.",
    'replicaHitRate',
  ),
  {
    name: 'foresync_replica_reads',
    help: "Reads since the run's start, by what brought the row and whether it was there.",
    samples: ({ cameTrue }) =>
      Object.entries(cameTrue?.replica.kinds ?? {}).flatMap(([kind, count]) =>
        count === undefined
          ? []
          : [
              ...known(count.hits, { kind: kindLabels[kind] ?? kind, result: 'hit' }),
              ...known(count.reads - count.hits, { kind: kindLabels[kind] ?? kind, result: 'miss' }),
            ],
      ),
  },
  {
    name: 'foresync_ready_seconds',
    help: "From the run's start to when that share of the reads were hits, and stayed it.",
    samples: ({ cameTrue }) =>
      ((cameTrue && readyTimesOf(cameTrue.replica)?.times) ?? []).flatMap(({ share, afterMs }) =>
        known(seconds(afterMs), { hit_ratio: String(share) }),
      ),
  },
  figure('foresync_planned_keys', 'Keys of the plan.', 'plannedKeys'),
  figure(
    'foresync_wasted_keys',
    'Planned keys that were sent and not read within the horizon.',
    'wastedKeys',
  ),
  figure('foresync_wasted_bytes', 'What their rows take.', 'wastedBytes'),
  figure(
    'foresync_confidence_error_ratio',
    'How far the confidence was off on average: the expected calibration error.',
    'confidenceError',
  ),
  {
    name: 'foresync_expected_time_early_ratio',
    help: 'Share of the planned keys that were read before they were expected; a half is right.',
    samples: ({ cameTrue }) => known(cameTrue?.plan?.expectedTimes?.earlyShare),
  },
  {
    name: 'foresync_expected_time_error_seconds',
    help: 'How far first reads were from when they were expected.',
    samples: ({ cameTrue }) => [
      ...known(seconds(cameTrue?.plan?.expectedTimes?.medianErrorMs), { quantile: '0.5' }),
      ...known(seconds(cameTrue?.plan?.expectedTimes?.ninetyErrorMs), { quantile: '0.9' }),
    ],
  },
  figure('foresync_delta_log_keys', 'Keys of the Delta Log that were sent.', 'deltaKeys'),
  figure('foresync_delta_log_bytes', 'What they took as sent.', 'deltaBytes'),
  figure('foresync_delta_log_rounds', 'Rounds that they went in.', 'deltaRounds'),
  figure('foresync_table_rows', 'Rows of the table.', 'tableRows'),
  {
    name: 'foresync_sent_bytes',
    help: 'What went to the joiner, by kind.',
    samples: ({ figures }) =>
      Object.entries(figures?.moved ?? {}).flatMap(([kind, { wireBytes }]) =>
        kind === 'cache' ? [] : known(wireBytes, { kind }),
      ),
  },
  perDonor('foresync_donor_rows', 'Rows that the donor gave.', ({ rows }) => rows),
  perDonor('foresync_donor_read_bytes', 'Their size, as read there.', ({ rawBytes }) => rawBytes),
  perDonor('foresync_donor_cpu_seconds', 'Time of processors that the agent took there.', ({ cpuMs }) =>
    seconds(cpuMs),
  ),
  perDonor(
    'foresync_donor_peak_memory_bytes',
    'The most memory that the agent had there.',
    ({ peakBytes }) => peakBytes,
  ),
  {
    name: 'foresync_donor_write_seconds',
    help: 'How long small writes took at the donor while the run went on; quantile 1 is the longest.',
    samples: ({ figures }) =>
      (figures?.donors ?? []).flatMap(({ donor, writes }) => [
        ...known(seconds(writes?.medianMs), { donor, quantile: '0.5' }),
        ...known(seconds(writes?.p99Ms), { donor, quantile: '0.99' }),
        ...known(seconds(writes?.maxMs), { donor, quantile: '1' }),
      ]),
  },
];

type Donor = NonNullable<RunReport['figures']>['donors'][number];

function perDonor(name: string, help: string, of: (donor: Donor) => number | undefined): Family {
  return {
    name,
    help,
    samples: ({ figures }) =>
      (figures?.donors ?? []).flatMap((donor) => known(of(donor), { donor: donor.donor })),
  };
}

const kindLabels: Readonly<Record<string, string>> = {
  planned: 'planned',
  snapshot: 'snapshot',
  readThrough: 'read-through',
  newKeys: 'new-keys',
  noSuchRow: 'no-such-row',
  unanswered: 'unanswered',
};
