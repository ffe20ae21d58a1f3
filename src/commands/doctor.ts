import { existsSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, textFlag, usageError } from '../cli/base-command.ts';
import { durationFlag } from '../cli/duration-flag.ts';
import { handOverFlags, handOverWishes } from '../cli/hand-over-flags.ts';
import type { DoctorJson } from '../cli/json/checks.ts';
import { nextStep, sameFiles, storeWord } from '../cli/next-step.ts';
import { planFromFile, usualPlan } from '../cli/plan-choice.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { progressText } from '../cli/progress-text.ts';
import { runtimeFlag } from '../cli/runtime-flag.ts';
import { systemClock } from '../core/clock.ts';
import { listed, type Report } from '../core/doctor/check.ts';
import { examine } from '../core/doctor/examine.ts';
import { examineHere } from '../core/doctor/examine-here.ts';
import { verdictOf } from '../core/doctor/verdict.ts';
import { shellWord } from '../core/doctor/words.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { parseHost } from '../core/group/host.ts';
import { parseStore } from '../core/group/store-spec.ts';
import { holdsSecret } from '../core/store/postgres/conninfo.ts';
import type { JoinerSpec } from '../core/sync/refusals.ts';
import { DoctorView } from '../ui/doctor-view.ts';
import { jsonLine } from '../ui/json-lines.ts';
import { brushFor } from '../ui/metrics-paint.ts';

export default class Doctor extends BaseCommand {
  static override summary = 'Check all hosts before anything starts, and tell what to do.';
  static override description =
    'Looks at every replica of foresync.yaml, and with a NAME also at the place of a new one: ssh, programs, clocks, permissions, the table and its definition, what earlier runs left, and free disk against what is needed. Nothing is changed anywhere: the agent alone is brought to the cache folder of a host, as a run would. Exit code 0 where nothing failed, else the one that a run would end with.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> eu-west --host ops@eu-west --store sqlite:/srv/shop/shop.db',
  ];

  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'Name of the new replica, as for add-replica.' }),
  };

  static override flags = {
    host: Flags.string({
      description: "Where the new replica is to live: 'local', or a destination as ssh takes it.",
      helpValue: 'HOST',
    }),
    store: Flags.string({
      description:
        "The new replica's database: sqlite:PATH, or postgres://user@host:port/database as that host reaches it.",
      helpValue: 'STORE',
    }),
    plan: textFlag({
      description: "The Prefetch Plan. Default: the waiting prefetch's, else plan.jsonl where it is here.",
      helpValue: 'FILE',
      exclusive: ['no-plan'],
    }),
    'no-plan': Flags.boolean({ default: false, description: 'As for add-replica: no plan is looked at.' }),
    'allow-stale-plan': Flags.boolean({
      default: false,
      description: 'As for add-replica: a named plan whose time is over is no failure.',
    }),
    replace: Flags.boolean({
      default: false,
      description: 'As for add-replica: a table that is at the place already is no failure.',
    }),
    'hand-over': handOverFlags['hand-over'],
    'subscription-conninfo': handOverFlags['subscription-conninfo'],
    runtime: runtimeFlag,
    timeout: durationFlag({
      description: 'How long a host may take to let us in, and for each answer.',
      default: 30_000,
      defaultHelp: async () => '30s',
    }),
    progress: progressFlag,
    config: configFlag,
    state: stateFlag,
  };

  async run(): Promise<DoctorJson> {
    const { args, flags } = await this.parse(Doctor);
    const joiner = joinerFrom(args.name, flags);
    const { stdout, stderr } = process;
    const toldAsJson = flags.progress === 'json';
    const view = new DoctorView(this.jsonEnabled() ? undefined : stdout, {
      brush: brushFor(process.argv, process.env),
      live: this.jsonEnabled() ? undefined : progressText(flags.progress),
    });
    const reports: Report[] = [];
    const tell = (report: Report) => {
      reports.push(report);
      if (toldAsJson) stderr.write(jsonLine({ type: 'doctor', atMs: systemClock.nowMs(), ...report }));
      view.tell(report);
    };
    let group: ReplicaGroup | undefined;
    try {
      const here = await examineHere({
        loadGroup: () => loadGroup(flags.config),
        stateFile: flags.state,
        choosePlan: async (of, stateFile) => {
          if (flags['no-plan']) return undefined;
          return (await (flags.plan ? planFromFile(flags.plan) : usualPlan(of, stateFile)))?.source;
        },
        minConfidence: undefined,
        refusesStale: flags.plan !== undefined && !flags['allow-stale-plan'],
        joiner,
        clock: systemClock,
        signal: this.signal,
      });
      tell(here.report);
      const { planned } = here;
      const found = here.group;
      group = found;
      if (found) {
        const { replace, runtime, timeout: timeoutMs } = flags;
        const options = {
          group: found,
          joiner,
          planned,
          replace,
          handOver: () => (joiner ? handOverWishes(flags, found, joiner) : undefined),
          runtime,
          timeoutMs,
          clock: systemClock,
          signal: this.signal,
        };
        view.expect([...found.replicas.keys(), ...(joiner ? [joiner.name] : [])]);
        for await (const one of examine(options)) tell(one);
      }
    } finally {
      view.end();
    }
    const verdict = verdictOf(reports);
    view.conclude(verdict);
    process.exitCode = verdict.exitCode;
    if (verdict.failures === 0)
      this.log(nextStep(`foresync ${stepAfter(args.name, flags, group)}${sameFiles(flags)}`));
    return { ready: verdict.failures === 0, ...verdict, checks: listed(reports) };
  }
}

/** The new replica, where one is named: then host and store are needed, and mean nothing otherwise. */
function joinerFrom(
  name: string | undefined,
  { host, store }: { host: string | undefined; store: string | undefined },
): JoinerSpec | undefined {
  if (name === undefined && host === undefined && store === undefined) return undefined;
  if (name === undefined || host === undefined || store === undefined)
    throw usageError(
      'A new replica needs a NAME, --host and --store.',
      'Give all three, as for add-replica, or none of them.',
    );
  const where = parseHost(host);
  return { name, host: where, store: parseStore(store, where.kind === 'local' ? process.cwd() : undefined) };
}

/** The run that was looked ahead to, with what it was looked at with. */
function stepAfter(
  name: string | undefined,
  flags: {
    host: string | undefined;
    store: string | undefined;
    plan: string | undefined;
    'no-plan': boolean;
    replace: boolean;
    'hand-over'?: string | undefined;
    'subscription-conninfo'?: string[] | undefined;
    state: string;
  },
  group: ReplicaGroup | undefined,
): string {
  if (name === undefined)
    return existsSync(flags.state) ? `add-replica NAME --host HOST --store ${storeWord(group)}` : 'analyze';
  return [
    ...['add-replica', name, '--host', flags.host ?? '', '--store', flags.store ?? ''].map(shellWord),
    ...(flags.plan === undefined ? [] : ['--plan', shellWord(flags.plan)]),
    ...(flags['no-plan'] ? ['--no-plan'] : []),
    ...(flags.replace ? ['--replace'] : []),
    ...(flags['hand-over'] === undefined ? [] : ['--hand-over', flags['hand-over']]),
    ...conninfosTold(flags).flatMap((words) => ['--subscription-conninfo', shellWord(words)]),
  ].join(' ');
}

/** Those that were typed and may be shown; the variable is there for the run too. */
function conninfosTold({
  'subscription-conninfo': given = [],
}: {
  'subscription-conninfo'?: string[] | undefined;
}): string[] {
  if (process.env.FORESYNC_CONNINFO !== undefined) return [];
  return given.filter((words) => !holdsSecret(words));
}
