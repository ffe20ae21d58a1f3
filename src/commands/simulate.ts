import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, textFlag, usageError } from '../cli/base-command.ts';
import { durationFlag, timeFlag } from '../cli/duration-flag.ts';
import { keyNumberFlag } from '../cli/key-number-flag.ts';
import { patternFlags } from '../cli/pattern-flags.ts';
import { watchPlan } from '../cli/plan-watch.ts';
import { probabilityFlag } from '../cli/probability-flag.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { simulatedJoinFlags, timeScaleFlag } from '../cli/simulated-join-flags.ts';
import { simulationOf } from '../cli/simulation.ts';
import { sizeFlag } from '../cli/size-flag.ts';
import { parseColumns } from '../core/access-log/columns.ts';
import { formats } from '../core/access-log/layout.ts';
import { loadGroup } from '../core/group/config.ts';
import { readPlan } from '../core/plan/read-plan.ts';
import { type HotBudget, orderNames } from '../core/simulate/hot-list.ts';
import { frameFor } from '../ui/analyze/page-frame.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { simulationLines } from '../ui/simulate/simulation-page.ts';

const several = { multiple: true, multipleNonGreedy: true, delimiter: ',' } as const;

export default class Simulate extends BaseCommand {
  static override summary =
    'Replay accesses against a model of a join: what a plan, a budget or a link would be worth.';
  static override description =
    `Nothing is copied, and no host is asked. What the logs say of the time after an origin is replayed while a model of add-replica brings the rows: hit rate against time, when the rows are there that half, nine tenths and 99 % of the reads ask for, hot-ready, in sync and bytes, for foresync's plan as it would have been made at the origin (or --plan), the keys read most often (lfu) or last (lru) before it, no plan (copy), and the order that hindsight would choose (oracle).
The model: what connecting takes, then hot rows, snapshot, Delta Log and comparison one after the other, each as fast as the link and the machines allow; rates of machines are those that docs/PERFORMANCE.md has, unless flags say others. Where a row stands in the table is not in a log: it is taken to be anywhere alike. A read finds its row where that has arrived.
Of more keys than --max-keys a sample by their hash is replayed; how far the hit rate may be off by that is told. Logs that are such a sample themselves, of a table too large for all of its logs, are one with --sample-share: rows, budgets and the like are those of the whole table.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --link 12.5MB/s --rtt 100ms',
    '<%= config.bin %> <%= command.id %> --plan plan.jsonl --log /srv/shop/access-eu-west.csv --rows 1M --link 500KB/s',
    '<%= config.bin %> <%= command.id %> --order foresync,oracle --budget-keys 1k,10k,100k --min-confidence 0.2,0.5',
    '<%= config.bin %> <%= command.id %> --log access.csv --sample-share 0.001 --rows 1G --row-bytes 300 --json',
  ];
  static override flags = {
    plan: textFlag({
      description:
        'A plan, whose origin and horizon count; without it one is made of the history before the origin.',
      helpValue: 'FILE',
    }),
    log: Flags.string({
      description:
        'An access log to replay, each read at its own time; what came before the origin in it is known too. Without one the access history is replayed, which knows times to the minute. May be repeated.',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    replica: Flags.string({
      description: "The replica whose logs these are; 'default' where nothing says it.",
      helpValue: 'NAME',
      dependsOn: ['log'],
    }),
    format: Flags.option({
      options: formats,
      description: "The logs' format, where it is not seen from the first lines.",
    })(),
    columns: Flags.string({ description: "The logs' columns, such as time,op,key,size.", helpValue: 'LIST' }),
    ...patternFlags,
    at: timeFlag({
      description:
        "Where the join begins; by default at the plan's origin, else a horizon before the last access, in the middle of the accesses at the earliest.",
    }),
    horizon: durationFlag({
      description: 'How far the plan looks ahead, and how much is replayed; 24h unless tuned.',
    }),
    order: Flags.option({
      options: orderNames,
      ...several,
      description: 'Which rows go ahead, and in which order; all of these by default.',
    })(),
    'min-confidence': probabilityFlag({
      ...several,
      description: 'Thresholds of the plan, one or more; its own, or 0.5 unless tuned.',
    }),
    'budget-keys': keyNumberFlag({
      ...several,
      description:
        'How many keys go ahead, one number or more. Without a budget the other orders send as many as the plan.',
    }),
    'budget-bytes': sizeFlag({
      ...several,
      description: 'How many bytes of rows go ahead, one size or more.',
    }),
    ...simulatedJoinFlags,
    'sample-share': probabilityFlag({
      description: 'The share of all keys that the logs have, where they are a sample by key.',
      default: 1,
      defaultHelp: async () => '1',
    }),
    'time-scale': timeScaleFlag,
    'max-keys': keyNumberFlag({
      description: 'How many keys are replayed; of more a sample is.',
      default: 1_000_000,
      defaultHelp: async () => '1M',
    }),
    progress: progressFlag,
    state: stateFlag,
    config: configFlag,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Simulate);
    const { log, order, plan: file, 'sample-share': sampleShare } = flags;
    if (sampleShare <= 0) throw usageError('A sample has a share above 0.');
    const startedMs = performance.now();
    const group = existsSync(flags.config) ? loadGroup(flags.config) : undefined;
    const watch = watchPlan(flags.progress);
    try {
      const report = await simulationOf(
        group,
        {
          ...flags,
          logs: log,
          layout: {
            format: flags.format,
            columns: flags.columns === undefined ? undefined : parseColumns(flags.columns),
            keyPattern: flags['key-pattern'],
            pattern: flags.pattern,
          },
          planFile: file === undefined ? undefined : { file, plan: await readPlan(file) },
          orders: order === undefined || order.length === 0 ? orderNames : [...new Set(order)],
          minConfidences: flags['min-confidence'],
          budgets: budgetsOf(flags['budget-keys'], flags['budget-bytes']),
        },
        this.signal,
        (step) => watch.show(step),
      );
      watch.clear();
      if (!this.jsonEnabled()) {
        const frame = frameFor(brushFor(process.argv, process.env), process.stdout.columns);
        for (const line of simulationLines(report, frame)) this.log(line);
      }
      return { ...report, seconds: (performance.now() - startedMs) / 1000 };
    } finally {
      watch.clear();
    }
  }
}

/** Each budget by itself. */
function budgetsOf(keys: number[] = [], bytes: number[] = []): HotBudget[] {
  const budgets = [...keys.map((count) => ({ keys: count })), ...bytes.map((size) => ({ bytes: size }))];
  return budgets.length > 0 ? budgets : [{}];
}
