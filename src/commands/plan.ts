import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, usageError } from '../cli/base-command.ts';
import { durationFlag, timeFlag } from '../cli/duration-flag.ts';
import { keyWishes, keyWishFlags } from '../cli/key-wishes.ts';
import { sizeFlag } from '../cli/size-flag.ts';
import { timeBudgetFlag } from '../cli/time-budget-flag.ts';
import { ForesyncError } from '../core/errors.ts';
import { forecast } from '../core/forecast/forecast.ts';
import { forecastModels } from '../core/forecast/models.ts';
import { defaultTimeBudget, type TimeBudget } from '../core/forecast/panel/time-budget.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { openHistory } from '../core/history/open-history.ts';
import { type KeyWishes, markKeys } from '../core/plan/key-marks.ts';
import { makePlan, type Plan } from '../core/plan/make-plan.ts';
import { type PlanReport, reportPlan } from '../core/plan/plan-report.ts';
import { snapshotTime } from '../core/plan/snapshot-time.ts';
import { streamPlan, writePlan } from '../core/plan/write-plan.ts';
import { forecastChoices } from '../core/state/forecast-choice.ts';
import { openState, type StateFile } from '../core/state/open.ts';
import { readParameters } from '../core/state/parameters.ts';
import { printable } from '../core/text.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { PlanProgress } from '../ui/plan-progress.ts';
import { planLines } from '../ui/plan-report.ts';

const defaultHorizonMs = 24 * 3_600_000;
const defaultMinConfidence = 0.5;

export default class PlanCommand extends BaseCommand {
  static override summary = 'Forecast which keys will be read, and write a Prefetch Plan.';
  static override description =
    `Forecasts every key of the access history and writes the keys worth having first, each with the calibrated probability that it is read within the horizon, the expected time, reads and writes, its size and the replica to read it from.
How fast old reads lose weight is chosen by a backtest on earlier horizons of the same history. With a budget in keys the order is by expected reads, with a budget in bytes by what each byte is worth: the reads expected before the snapshot would bring the row anyway, less what writes make travel twice.
Pinned keys come first, whatever their confidence; excluded ones are never planned. foresync.yaml may have lists of both, pin and exclude.
What is not said by a flag comes from the parameters that metrics has tuned, if any.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --horizon 6h --budget-bytes 64MiB --out evening.jsonl',
    '<%= config.bin %> <%= command.id %> --at 2011-11-01T00:00:00Z --budget-keys 10000 --min-confidence 0 --json',
  ];
  static override flags = {
    horizon: durationFlag({ description: 'How far ahead to look; 24h unless tuned.' }),
    at: timeFlag({
      description:
        'Where the forecast begins; only what came before is used. The end of the history by default.',
    }),
    model: Flags.option({
      options: forecastModels,
      default: 'auto' as const,
      description:
        'auto: what served most in the backtest, or a blend. The others: that model alone; the backtest still fits its settings.',
    })(),
    'min-confidence': Flags.string({
      description: 'Keys less likely to be read than this are not planned; 0.5 unless tuned.',
      helpValue: 'P',
    }),
    'budget-keys': Flags.integer({ description: 'Plan so many keys at most.', min: 1, helpValue: 'N' }),
    'budget-bytes': sizeFlag({ description: 'Plan rows of so many bytes at most.' }),
    'snapshot-duration': durationFlag({
      description:
        'How long the snapshot is going to take, for the order under --budget-bytes; by default as in past runs, else the horizon.',
    }),
    ...keyWishFlags,
    'time-budget': timeBudgetFlag({
      description:
        'What the fits may cost, in seconds of work of two cores; ARIMA and the LSTM get 12 % each. With a unit, as in 5s, the clock ends these two as well, and plans may differ from run to run.',
      default: defaultTimeBudget,
      defaultHelp: async () => String(defaultTimeBudget.seconds),
    }),
    seed: Flags.integer({
      description: 'Of all that is random in the fits: the same history, flags and seed give the same plan.',
      default: 1,
      min: 0,
      max: 2 ** 31 - 1,
      helpValue: 'N',
    }),
    relearn: Flags.boolean({
      description: 'Learn and choose anew, even where an earlier plan has a choice that still holds.',
    }),
    out: Flags.string({
      description: "The plan file; '-' for standard output.",
      default: 'plan.jsonl',
      helpValue: 'FILE',
    }),
    state: stateFlag,
    config: configFlag,
  };

  async run(): Promise<unknown> {
    const { flags, metadata } = await this.parse(PlanCommand);
    if (flags.out === '-' && this.jsonEnabled()) {
      throw usageError('--json and --out - both claim standard output.', 'Name a file with --out.');
    }
    const minConfidence = probability(flags['min-confidence']);
    const named = metadata.flags.config?.setFromDefault !== true;
    const group = named || existsSync(flags.config) ? loadGroup(flags.config) : undefined;
    const wishes = keyWishes(flags, group);
    const started = performance.now();
    const report = await this.make(group, { ...flags, minConfidence, wishes });
    const seconds = Math.round(performance.now() - started) / 1000;
    const lines = planLines(report, flags.out, brushFor(process.argv, process.env));
    if (flags.out === '-') process.stderr.write(`${lines.join('\n')}\n`);
    else this.log(lines.join('\n'));
    return { file: flags.out, ...report, seconds };
  }

  /** Makes the plan and writes it, telling on a terminal how far it is. */
  private async make(group: ReplicaGroup | undefined, flags: PlanFlags): Promise<PlanReport> {
    const progress = process.stderr.isTTY
      ? new PlanProgress(process.stderr, () => performance.now())
      : undefined;
    try {
      const { plan, report } = await this.forecast(group, flags, progress);
      if (flags.out === '-') {
        progress?.clear();
        await streamPlan(process.stdout, plan, { end: false, signal: this.signal });
      } else {
        progress?.writes(flags.out);
        await writePlan(flags.out, plan, this.signal);
      }
      return report;
    } finally {
      progress?.clear();
    }
  }

  private async forecast(
    group: ReplicaGroup | undefined,
    flags: PlanFlags,
    progress: PlanProgress | undefined,
  ): Promise<{ plan: Plan; report: PlanReport }> {
    const state = openExisting(flags.state);
    try {
      const tuned = readParameters(state, group?.name);
      const history = openHistory(state);
      const budgets = { budgetKeys: flags['budget-keys'], budgetBytes: flags['budget-bytes'] };
      const horizonMs = flags.horizon ?? tuned.horizonMs ?? defaultHorizonMs;
      const forecasted = await forecast(history, {
        horizonMs,
        originMs: flags.at,
        model: flags.model,
        halfLifeMs: tuned.halfLifeMs,
        seed: flags.seed,
        timeBudget: flags['time-budget'],
        stored: forecastChoices(state, {
          group: group?.name,
          horizonMs,
          model: flags.model,
          seed: flags.seed,
        }),
        relearn: flags.relearn,
        ...budgets,
        leadReplica: group?.lead.name,
        signal: this.signal,
        onProgress: progress && ((step) => progress.show(step)),
      });
      const { replicas, lastMs = forecasted.originMs } = history.summary();
      const plan = makePlan(forecasted, {
        group: group?.name,
        table: group?.table,
        model: flags.model,
        limits: {
          minConfidence: flags.minConfidence ?? tuned.minConfidence ?? defaultMinConfidence,
          ...budgets,
        },
        replicas,
        marks: flags.wishes && (await markKeys(forecasted.store.names, flags.wishes, this.signal)),
        snapshot: snapshotTime(state, {
          group,
          durationMs: flags['snapshot-duration'],
          horizonMs: forecasted.horizonMs,
        }),
      });
      return { plan, report: reportPlan(plan, forecasted, lastMs) };
    } finally {
      state.close();
    }
  }
}

interface PlanFlags {
  horizon: number | undefined;
  at: number | undefined;
  model: (typeof forecastModels)[number];
  minConfidence: number | undefined;
  wishes: KeyWishes | undefined;
  'snapshot-duration': number | undefined;
  'budget-keys': number | undefined;
  'budget-bytes': number | undefined;
  seed: number;
  'time-budget': TimeBudget;
  relearn: boolean;
  out: string;
  state: string;
}

function probability(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d*\.?\d+$|^\d+\.$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw usageError(
    `--min-confidence: '${printable(text, 40)}' is no probability.`,
    'Write a number from 0 to 1.',
  );
}

/** Planning from what is not there must not leave an empty state file behind. */
function openExisting(file: string): StateFile {
  if (existsSync(file)) return openState(file);
  throw new ForesyncError('data', 'history-missing', `There is no state file ${printable(file)}.`, {
    hint: 'Read access logs into it first: foresync analyze LOG... --state FILE.',
  });
}
