import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, usageError } from '../cli/base-command.ts';
import { durationFlag, timeFlag } from '../cli/duration-flag.ts';
import { keyNumberFlag } from '../cli/key-number-flag.ts';
import { keyWishes, keyWishFlags } from '../cli/key-wishes.ts';
import { nextStep, sameFiles, storeWord } from '../cli/next-step.ts';
import { usualPlanFile } from '../cli/plan-choice.ts';
import { judgePlan } from '../cli/plan-gate.ts';
import { type PlanWishes, planOf } from '../cli/plan-making.ts';
import { type PlanWatch, watchPlan } from '../cli/plan-watch.ts';
import { probabilityFlag, thresholdFlag } from '../cli/probability-flag.ts';
import { type ProgressMode, progressFlag } from '../cli/progress-flag.ts';
import { sizeFlag } from '../cli/size-flag.ts';
import { tell } from '../cli/tell.ts';
import { timeBudgetFlag } from '../cli/time-budget-flag.ts';
import { shellWord } from '../core/doctor/words.ts';
import { findKey } from '../core/forecast/explain/find-key.ts';
import { forecastModels } from '../core/forecast/models.ts';
import { defaultTimeBudget } from '../core/forecast/panel/time-budget.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { reportBacktest } from '../core/plan/backtest-report.ts';
import { reportKey } from '../core/plan/key-report.ts';
import { type PlanReport, reportPlan } from '../core/plan/plan-report.ts';
import { streamPlan, writePlan } from '../core/plan/write-plan.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import { backtestLines } from '../ui/plan-backtest.ts';
import { keyLines } from '../ui/plan-key.ts';
import { planLines } from '../ui/plan-report.ts';

export default class PlanCommand extends BaseCommand {
  static override summary = 'Forecast which keys will be read, and write a Prefetch Plan.';
  static override description =
    `Forecasts every key of the access history and writes the keys worth having first, each with the calibrated probability that it is read within the horizon, the expected time, reads and writes, its size and the replica to read it from.
What orders the keys is chosen by a backtest on earlier windows of the same history: a simple rule, or what was learned from the features of keys at earlier moments; --backtest shows them side by side, and --explain what a single key's forecast comes from. With a budget in keys the order is by expected reads, with a budget in bytes by what each byte is worth: the reads expected before the snapshot would bring the row anyway, less what writes make travel twice.
Pinned keys come first, whatever their confidence; excluded ones are never planned. foresync.yaml may have lists of both, pin and exclude.
What is not said by a flag comes from the parameters that metrics has tuned, if any.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --horizon 6h --budget-bytes 64MiB --out evening.jsonl',
    '<%= config.bin %> <%= command.id %> --backtest',
    '<%= config.bin %> <%= command.id %> --explain user:4711',
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
        'auto: what served most in the backtest. The others: that model alone; the backtest still fits its settings.',
    })(),
    'min-confidence': thresholdFlag({
      description:
        "Keys less likely to be read than this are not planned; 0.5 unless tuned. 'auto': no threshold, but as many keys as are worth sending ahead in a join, so that the fewest reads miss their row before all are there.",
    }),
    rows: keyNumberFlag({
      description:
        "The table's rows, roughly, for --min-confidence auto: of a larger table more are worth it. By default as in the latest run.",
      dependsOn: ['min-confidence'],
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
        'What the fits may cost, in seconds of work of two cores; ARIMA and the LSTM get 15 % each. With a unit, as in 5s, the clock ends these two as well, and plans may differ from run to run.',
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
    backtest: Flags.boolean({
      description:
        'Write no plan; show what every model would have been worth on earlier windows, and what it costs.',
      exclusive: ['explain'],
    }),
    explain: Flags.string({
      description: 'Write no plan; show why this key stands where it stands in it, or why it does not.',
      helpValue: 'KEY',
    }),
    'dry-run': Flags.boolean({
      default: false,
      description: 'Make the plan and tell of it, but write it nowhere and keep nothing that was learned.',
    }),
    'fail-under': probabilityFlag({
      description:
        "Exit with 3 where the plan's hit rate is under this: the smaller of what its order would have served on earlier windows (backtestedHitRate) and what this plan expects (expectedHitRate). Where the history is too short for a backtest nothing is judged, and the exit code is 65.",
      exclusive: ['backtest', 'explain'],
    }),
    out: Flags.string({
      description: "The plan file; '-' for standard output.",
      default: 'plan.jsonl',
      helpValue: 'FILE',
    }),
    progress: progressFlag,
    state: stateFlag,
    config: configFlag,
  };

  async run(): Promise<unknown> {
    const { flags, metadata } = await this.parse(PlanCommand);
    const { backtest, explain } = flags;
    if (flags.out === '-' && this.jsonEnabled() && !backtest && explain === undefined) {
      throw usageError('--json and --out - both claim standard output.', 'Name a file with --out.');
    }
    const failUnder = flags['fail-under'];
    const named = metadata.flags.config?.setFromDefault !== true;
    const group = named || existsSync(flags.config) ? loadGroup(flags.config) : undefined;
    const wishes = keyWishes(flags, group);
    const wanted = {
      ...flags,
      minConfidence: flags['min-confidence'],
      wishes,
      explained: explain !== undefined,
    };
    const started = performance.now();
    const seconds = () => Math.round(performance.now() - started) / 1000;
    const brush = brushFor(process.argv, process.env);
    if (backtest) {
      const report = await this.watched(flags.progress, async (progress) => {
        const { forecasted } = await planOf(group, wanted, this.signal, progress);
        return reportBacktest(forecasted);
      });
      this.log(backtestLines(report, brush).join('\n'));
      this.log(nextStep(`foresync plan${sameFiles(flags)}`));
      return { backtest: report, seconds: seconds() };
    }
    if (explain !== undefined) {
      const report = await this.watched(flags.progress, async (progress) => {
        const { plan, forecasted, replicas } = await planOf(group, wanted, this.signal, progress);
        const key = findKey(forecasted.store.names, explain);
        return reportKey(plan, forecasted, key, replicas, this.signal);
      });
      this.log(keyLines(report, brush).join('\n'));
      return { explained: report, seconds: seconds() };
    }
    const report = await this.make(group, wanted);
    const dryRun = flags['dry-run'];
    // What comes next after a plan that was not written is to write it.
    const lines = planLines(report, dryRun ? '-' : flags.out, brush);
    if (dryRun) lines.push('', '  Nothing was written; the same without --dry-run writes the plan.');
    if (flags.out === '-') for (const line of lines) tell(line);
    else if (dryRun) this.log(lines.join('\n'));
    else this.log([...lines, nextStep(stepAfter(flags, group))].join('\n'));
    const gate = failUnder === undefined ? undefined : judgePlan(report, failUnder);
    return { file: flags.out, dryRun, ...report, gate, seconds: seconds() };
  }

  /** Makes the plan and writes it. */
  private make(
    group: ReplicaGroup | undefined,
    flags: PlanWishes & { out: string; progress: ProgressMode },
  ): Promise<PlanReport> {
    return this.watched(flags.progress, async (progress) => {
      const { plan, forecasted, lastMs } = await planOf(group, flags, this.signal, progress);
      if (flags['dry-run']) progress.clear();
      else if (flags.out === '-') {
        progress.clear();
        await streamPlan(process.stdout, plan, { end: false, signal: this.signal });
      } else {
        progress.writes(flags.out);
        await writePlan(flags.out, plan, this.signal);
      }
      return reportPlan(plan, forecasted, lastMs);
    });
  }

  /** Does something that tells how far it is. */
  private async watched<T>(mode: ProgressMode, work: (progress: PlanWatch) => Promise<T>): Promise<T> {
    const progress = watchPlan(mode);
    try {
      return await work(progress);
    } finally {
      progress.clear();
    }
  }
}

/** Rows can be sent once the replicas are described. */
function stepAfter(
  flags: { out: string; config: string; state: string },
  group: ReplicaGroup | undefined,
): string {
  if (!group) return 'foresync init';
  const plan = flags.out === usualPlanFile ? '' : ` --plan ${shellWord(flags.out)}`;
  return `foresync add-replica NAME --host HOST --store ${storeWord(group)}${plan}${sameFiles(flags)}`;
}
