import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { BaseCommand, configFlag, stateFlag, textFlag } from '../cli/base-command.ts';
import { durationFlag, stallTimeoutFlag } from '../cli/duration-flag.ts';
import { foretell } from '../cli/foretell.ts';
import { deltaBudgetFlag } from '../cli/key-count-flag.ts';
import { nextStep, sameFiles } from '../cli/next-step.ts';
import { planFromFile, usualPlanFile } from '../cli/plan-choice.ts';
import { progressFlag } from '../cli/progress-flag.ts';
import { refuseWhileRunning } from '../cli/run-choice.ts';
import { RunFrame } from '../cli/run-frame.ts';
import { runtimeFlag } from '../cli/runtime-flag.ts';
import { sizeFlag } from '../cli/size-flag.ts';
import { systemClock } from '../core/clock.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { openState } from '../core/state/open.ts';
import { releasePrefetches } from '../core/state/runs.ts';
import { onlySqlite } from '../core/sync/engines.ts';
import { prefetch } from '../core/sync/prefetch.ts';
import { release } from '../core/sync/release.ts';
import type { PrefetchRequest } from '../core/sync/run-request.ts';
import { releasedLines } from '../ui/released.ts';
import { prefetchSteps } from '../ui/run-steps.ts';

export default class Prefetch extends BaseCommand {
  static override summary = 'Read the planned rows into the Prefetch Caches of the donors.';
  static override description =
    'Starts the Delta Log at the lead donor, then has the agents on all donors read the planned keys from local storage into their caches. Both stay, so that a later add-replica starts warm. --release takes them away.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --plan plan.jsonl',
    '<%= config.bin %> <%= command.id %> --cache memory --limit 256MiB --keep 6h',
    '<%= config.bin %> <%= command.id %> --release',
  ];

  static override flags = {
    plan: textFlag({ description: 'The Prefetch Plan.', default: usualPlanFile, helpValue: 'FILE' }),
    cache: Flags.option({
      description: 'Where the cache is: a file, or memory (/dev/shm).',
      options: ['file', 'memory'] as const,
      default: 'file' as const,
    })(),
    limit: sizeFlag({
      description: "Limit of each donor's cache.",
      default: 1024 ** 3,
      defaultHelp: async () => '1GiB',
    }),
    keep: durationFlag({
      description: 'How long the Delta Log runs on without an add-replica.',
      default: 24 * 3_600_000,
      defaultHelp: async () => '24h',
    }),
    'delta-budget': deltaBudgetFlag,
    release: Flags.boolean({ default: false, description: 'Take away the Delta Log and all caches.' }),
    'stall-timeout': stallTimeoutFlag,
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
    const { flags } = await this.parse(Prefetch);
    const group = loadGroup(flags.config);
    onlySqlite(group.lead.store, 'foresync prefetch');
    if (flags.release) return this.#release(group, flags);
    const plan = await planFromFile(flags.plan);
    const request: PrefetchRequest = {
      command: 'prefetch',
      config: group.file,
      lead: group.lead.name,
      stallTimeoutMs: flags['stall-timeout'],
      runtime: flags.runtime,
      keepMs: flags.keep,
      deltaBudgetKeys: flags['delta-budget'],
    };
    if (flags['dry-run']) {
      const { cache, limit: limitBytes, runtime, progress, state: stateFile } = flags;
      const steps = prefetchSteps(request, group, { plan: plan.source, cache, limitBytes });
      const json = this.jsonEnabled();
      const looked = { group, joiner: undefined, plan, replace: false, runtime, stateFile };
      const minConfidence = undefined;
      return foretell({ ...looked, minConfidence, steps, json, progress, signal: this.signal });
    }
    const frame = new RunFrame({
      request,
      group,
      stateFile: flags.state,
      json: this.jsonEnabled(),
      progress: flags.progress,
      plan: plan.packed,
      signal: this.signal,
      pace: undefined,
    });
    const { result } = await frame.around(() =>
      prefetch({
        ...frame.options,
        signal: this.signal,
        plan: plan.source,
        minConfidence: undefined,
        runtime: flags.runtime,
        cache: flags.cache,
        limitBytes: flags.limit,
        keepMs: flags.keep,
        deltaBudgetKeys: flags['delta-budget'],
        stallTimeoutMs: flags['stall-timeout'],
      }),
    );
    if (!this.jsonEnabled())
      this.log(nextStep(`foresync add-replica NAME --host HOST --store sqlite:PATH${sameFiles(flags)}`));
    return { runId: frame.runId, ...result };
  }

  async #release(
    group: ReplicaGroup,
    {
      runtime,
      state: stateFile,
      'stall-timeout': stallTimeoutMs,
      'dry-run': dryRun,
    }: { runtime: string | undefined; state: string; 'stall-timeout': number; 'dry-run': boolean },
  ): Promise<unknown> {
    // Looking must not make a state file.
    const state = dryRun && !existsSync(stateFile) ? undefined : openState(stateFile);
    try {
      if (state) refuseWhileRunning(state, group.name);
      const result = await release({
        runId: randomUUID(),
        group,
        dryRun,
        runtime,
        stallTimeoutMs,
        clock: systemClock,
        newId: randomUUID,
        signal: this.signal,
        onEvent: () => undefined,
      });
      if (state && !dryRun) releasePrefetches(state, group.name);
      for (const line of releasedLines(result, group.lead.name, { dryRun })) this.log(line);
      if (!dryRun) this.log(nextStep(`foresync status${sameFiles({ state: stateFile })}`));
      return { dryRun, ...result };
    } finally {
      state?.close();
    }
  }
}
