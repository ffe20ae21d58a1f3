import { systemClock } from '../core/clock.ts';
import { listed, type Report } from '../core/doctor/check.ts';
import { examine } from '../core/doctor/examine.ts';
import { examineHere } from '../core/doctor/examine-here.ts';
import { verdictOf } from '../core/doctor/verdict.ts';
import { shellWord } from '../core/doctor/words.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import type { HandOver } from '../core/sync/add-replica.ts';
import type { JoinerSpec } from '../core/sync/refusals.ts';
import { DoctorView } from '../ui/doctor-view.ts';
import { brushFor } from '../ui/metrics-paint.ts';
import type { RunStep } from '../ui/run-steps.ts';

import type { ForetoldJson } from './json/checks.ts';
import { nextStep } from './next-step.ts';
import type { ChosenPlan } from './plan-choice.ts';
import type { ProgressMode } from './progress-flag.ts';
import { progressText } from './progress-text.ts';

export interface ForetellOptions {
  group: ReplicaGroup;
  /** Undefined for a prefetch. */
  joiner: JoinerSpec | undefined;
  plan: ChosenPlan | undefined;
  /** The plan's own threshold where it is undefined. */
  minConfidence: number | undefined;
  replace: boolean;
  servesSql?: boolean | undefined;
  handOver?: HandOver | undefined;
  runtime: string | undefined;
  stateFile: string;
  /** What would be done if nothing stands against it. */
  steps: RunStep[];
  json: boolean;
  progress: ProgressMode;
  signal: AbortSignal;
}

const answerMs = 30_000;

/**
 * Tells what a run would do, and looks at all hosts for what it would be refused for; sets the exit code that it would end with then. Changes
 * nothing, apart from what an agent needs in its host's cache folder.
 */
export async function foretell(options: ForetellOptions): Promise<ForetoldJson> {
  const { group, joiner, plan, json, signal } = options;
  const reports: Report[] = [];
  const view = new DoctorView(json ? undefined : process.stdout, {
    brush: brushFor(process.argv, process.env),
    live: json ? undefined : progressText(options.progress),
  });
  const take = (report: Report) => {
    reports.push(report);
    const checks = report.checks.filter(({ level }) => level === 'warning' || level === 'failure');
    if (checks.length > 0) view.tell({ ...report, checks });
  };
  const shared = { joiner, clock: systemClock, signal };
  try {
    const choosePlan = async () => plan?.source;
    const { stateFile, minConfidence } = options;
    const loadGroup = () => group;
    const chosen = { choosePlan, minConfidence, refusesStale: false };
    const { report, planned } = await examineHere({ ...shared, ...chosen, loadGroup, stateFile });
    take(report);
    const { replace, servesSql, handOver, runtime } = options;
    view.expect([...group.replicas.keys(), ...(joiner ? [joiner.name] : [])]);
    for await (const report of examine({
      ...shared,
      group,
      planned,
      replace,
      servesSql,
      handOver: () => handOver,
      runtime,
      timeoutMs: answerMs,
    }))
      take(report);
  } finally {
    view.end();
  }
  const verdict = verdictOf(reports);
  const ready = verdict.failures === 0;
  const steps = ready ? options.steps : [];
  process.exitCode = verdict.exitCode;
  const next = ready ? [nextStep(withoutDryRun(process.argv.slice(2)))] : [];
  if (!json) for (const line of [...foretoldLines(steps), ...next]) process.stdout.write(`${line}\n`);
  return { dryRun: true, steps, ready, ...verdict, checks: listed(reports) };
}

/** The command line that was looked ahead of, to be run. */
function withoutDryRun(args: readonly string[]): string {
  return ['foresync', ...args.filter((word) => word !== '--dry-run').map(shellWord)].join(' ');
}

function foretoldLines(steps: readonly RunStep[]): string[] {
  if (steps.length === 0) return ['This run would be refused. Nothing was changed.'];
  const width = Math.max(...steps.map(({ step }) => step.length));
  return [
    'This run would do the following. Nothing was changed.',
    ...steps.map(({ step, text }) => `  ${step.padEnd(width)}  ${text}`),
  ];
}
