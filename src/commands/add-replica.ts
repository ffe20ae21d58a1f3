import { Args, Flags } from '@oclif/core';
import { addInFrame } from '../cli/add-in-frame.ts';
import { BaseCommand, configFlag, stateFlag, textFlag, usageError } from '../cli/base-command.ts';
import { durationFlag, stallTimeoutFlag } from '../cli/duration-flag.ts';
import {
  handOverFlags,
  handOverRequest,
  handOverWishes,
  refuseUnfitFlags,
  serveSqlWishes,
} from '../cli/hand-over-flags.ts';
import { deltaBudgetFlag } from '../cli/key-count-flag.ts';
import { planFromFile, refuseStale, usualPlan } from '../cli/plan-choice.ts';
import { probabilityFlag } from '../cli/probability-flag.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { rateFlag } from '../cli/rate.ts';
import { refuseWithoutPlan, refuseWithoutShell } from '../cli/run-hooks.ts';
import { runtimeFlag } from '../cli/runtime-flag.ts';
import { serveFlags, serveWishes } from '../cli/serve-flags.ts';
import { tunedPrefetchTimeoutMs } from '../cli/tuned-timeout.ts';
import { systemClock } from '../core/clock.ts';
import { loadGroup } from '../core/group/config.ts';
import { parseHost } from '../core/group/host.ts';
import { parseStore } from '../core/group/store-spec.ts';
import { refuseMixedStores } from '../core/sync/engines.ts';
import { nameTaken } from '../core/sync/refusals.ts';
import { requestedJoiner } from '../core/sync/run-request.ts';

export default class AddReplica extends BaseCommand {
  static override summary = 'Add a replica: hot rows first, then the rest, proven equal.';
  static override description =
    'Reads the planned rows from all donors and sends them first, then the rest of the table, then what changed meanwhile, compares both sides to the last bit, and only then lets the table appear at its place (or earlier, see --publish-at). The donors stay in use all the while. Stopped or broken off, the same command goes on where it was.\nOn a terminal one screen shows the run: ? lists the keys that pause it, throttle it, show its log and stop it. The first ctrl-C or SIGTERM stops it at a safe point, the second at once; both end with 75 where the run can be gone on with, else with 130 or 143. SIGUSR1 prints how it stands.\nCommands of --on-hot-ready and --on-synced find what they need in their environment: FORESYNC_EVENT, FORESYNC_RUN_ID, FORESYNC_GROUP, FORESYNC_TABLE, FORESYNC_LEAD, FORESYNC_JOINER, FORESYNC_JOINER_HOST, FORESYNC_STORE, FORESYNC_ROWS and, of --on-synced, FORESYNC_WATERMARK. Each is run at least once: again where the run died before it had ended.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> eu-west --host ops@eu-west --store sqlite:/srv/shop/shop.db',
    '<%= config.bin %> <%= command.id %> copy --host local --store sqlite:copy.db --plan plan.jsonl --json',
  ];

  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'Name of the new replica.' }),
  };

  static override flags = {
    host: Flags.string({
      required: true,
      description: "Where it lives: 'local', or a destination as ssh takes it.",
      helpValue: 'HOST',
    }),
    store: Flags.string({
      required: true,
      description:
        'Its database: sqlite:PATH, or postgres://user@host:port/database as that host reaches it.',
      helpValue: 'STORE',
    }),
    plan: textFlag({
      description: "The Prefetch Plan. Default: the waiting prefetch's, else plan.jsonl where it is here.",
      helpValue: 'FILE',
      exclusive: ['no-plan'],
    }),
    'no-plan': Flags.boolean({ default: false, description: 'Send rows in the order of the table.' }),
    'allow-stale-plan': Flags.boolean({
      description: 'Take a plan that --plan names although its time is over, which is refused else.',
      dependsOn: ['plan'],
    }),
    'min-confidence': probabilityFlag({
      description: "Send only entries with this confidence or more first. Default: the plan's own threshold.",
    }),
    'prefetch-timeout': durationFlag({
      description: 'How long hot rows may take before the snapshot goes on; 10m unless tuned.',
    }),
    bwlimit: rateFlag({
      description: "Send no more than this to the joiner; 'foresync throttle' changes it while it runs.",
    }),
    'max-donor-latency': durationFlag({
      description: 'Slow down while a small write at the lead donor takes longer than this.',
      examples: '20ms, 0.5s or 2s',
    }),
    'delta-budget': deltaBudgetFlag,
    'stall-timeout': stallTimeoutFlag,
    retries: Flags.integer({
      description: 'How often in a row it connects anew after it lost the joiner or the lead.',
      default: 5,
      min: 0,
      max: 1000,
      helpValue: 'N',
    }),
    replace: Flags.boolean({
      default: false,
      description: 'Put the copy in the place of a table that is there already.',
    }),
    restart: Flags.boolean({
      default: false,
      description: 'Start anew instead of going on where an earlier run stopped.',
    }),
    'publish-at': Flags.custom<'synced' | 'hot-ready'>({
      description:
        'When the table appears in its place: proven equal, or as soon as its planned rows are there. Then the table foresync_status beside it tells applications whether a missing row may be anywhere else.',
      options: ['synced', 'hot-ready'],
      default: 'synced',
    })(),
    follow: Flags.boolean({
      default: false,
      description:
        'Go on applying what changes at the lead when it is in sync, until ctrl-C or SIGTERM, which is its good end.',
    }),
    'on-hot-ready': textFlag({
      description:
        'Run this with sh here as soon as every planned row is there, while the copy goes on. Needs a plan. That it fails is told, and no more.',
      helpValue: 'COMMAND',
    }),
    'on-synced': textFlag({
      description:
        'Run this with sh here when the replica is in sync and in its place. Where it fails, the exit code is 3.',
      helpValue: 'COMMAND',
    }),
    ...serveFlags,
    ...handOverFlags,
    runtime: runtimeFlag,
    'dry-run': Flags.boolean({
      default: false,
      description: 'Look at all hosts and tell what would be done, but do nothing.',
    }),
    progress: progressFlag,
    config: configFlag,
    state: stateFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(AddReplica);
    const group = loadGroup(flags.config);
    if (args.name.trim() === '') throw usageError('The new replica needs a name.', 'Choose one.');
    if (group.replicas.has(args.name)) throw nameTaken(args.name, group);
    const host = parseHost(flags.host);
    const store = parseStore(flags.store, host.kind === 'local' ? process.cwd() : undefined);
    const joiner = { name: args.name, host, store };
    refuseMixedStores(group, joiner);
    refuseUnfitFlags(flags, store);
    const handOver = handOverWishes(flags, group, joiner);
    const serveSql = serveSqlWishes(flags, group, joiner);
    const plan = flags['no-plan']
      ? undefined
      : flags.plan
        ? await planFromFile(flags.plan)
        : await usualPlan(group, flags.state);
    if (plan && flags.plan !== undefined && !flags['allow-stale-plan'])
      refuseStale(plan, group, systemClock.nowMs());
    const { 'on-hot-ready': onHotReady, 'on-synced': onSynced } = flags;
    const publishAt = flags['publish-at'];
    refuseWithoutPlan({ onHotReady, publishAt }, plan !== undefined);
    refuseWithoutShell({ onHotReady, onSynced });
    if (publishAt === 'hot-ready' && flags.replace)
      throw usageError(
        '--replace would put a table with rows missing in the place of a whole one.',
        'Leave out --publish-at hot-ready, or name another --store.',
      );
    return addInFrame({
      request: {
        command: 'add-replica',
        config: group.file,
        lead: group.lead.name,
        joiner: requestedJoiner(joiner),
        planFrom: plan?.source.from,
        minConfidence: flags['min-confidence'],
        prefetchTimeoutMs: flags['prefetch-timeout'] ?? tunedPrefetchTimeoutMs(group.name, flags.state),
        stallTimeoutMs: flags['stall-timeout'],
        retries: flags.retries,
        bytesPerSecond: flags.bwlimit,
        maxDonorLatencyMs: flags['max-donor-latency'],
        deltaBudgetKeys: flags['delta-budget'],
        replace: flags.replace,
        publishAt,
        follow: flags.follow || flags.until === 'forever',
        serve: serveWishes(flags, { host, store }),
        ...handOverRequest(handOver, { serveSql, lead: group.lead.name, joiner: joiner.name }),
        onHotReady,
        onSynced,
        runtime: flags.runtime,
      },
      group,
      plan,
      handOver,
      serveSql,
      restart: flags.restart,
      dryRun: flags['dry-run'],
      stateFile: flags.state,
      json: this.jsonEnabled(),
      progress: flags.progress,
      signal: this.signal,
      log: (text) => this.log(text),
    });
  }
}
