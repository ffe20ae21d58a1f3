import { existsSync } from 'node:fs';
import { steadyClock, systemWait } from '../core/clock.ts';
import { ForesyncError } from '../core/errors.ts';
import type { ReplicaGroup } from '../core/group/config.ts';
import { opennessWarning, parseServeAddress } from '../core/serve/address.ts';
import { addReplica, type HandOver } from '../core/sync/add-replica.ts';
import { finishAddReplica } from '../core/sync/finish-add-replica.ts';
import { Pace } from '../core/sync/pace.ts';
import { finishPlaced } from '../core/sync/postgres/finish-placed.ts';
import { type AddReplicaRequest, joinerOf } from '../core/sync/run-request.ts';
import { shortId } from '../core/text.ts';
import { addReplicaSteps } from '../ui/run-steps.ts';
import { tellFailure } from './gate.ts';
import { measureAfterRun } from './measure-after-run.ts';
import { nextStep, sameFiles } from './next-step.ts';
import type { ChosenPlan } from './plan-choice.ts';
import type { ProgressMode } from './progress-flag.ts';
import { notePublished, publishedBefore } from './published-before.ts';
import { refuseBesideLiving } from './run-choice.ts';
import { RunFrame } from './run-frame.ts';
import { hooksOf } from './run-hooks.ts';
import { openJournal } from './run-standings.ts';

export interface AddInFrameOptions {
  request: AddReplicaRequest;
  /** The group that the request names. */
  group: ReplicaGroup;
  plan: ChosenPlan | undefined;
  /** With passwords, which the request does not keep. */
  handOver: HandOver | undefined;
  serveSql: { conninfo: string } | undefined;
  restart: boolean;
  dryRun: boolean;
  stateFile: string;
  json: boolean;
  progress: ProgressMode;
  signal: AbortSignal;
  log(text: string): void;
}

/**
 * Adds the replica of a request, shown and journalled, or with `dryRun` tells what that would do; what `add-replica` and `resume` do. Returns
 * what `--json` prints.
 */
export async function addInFrame(options: AddInFrameOptions): Promise<unknown> {
  if (options.dryRun) return foretellAdding(options);
  const { request, group, plan, restart, stateFile, json, progress, signal, log } = options;
  const { minConfidence, prefetchTimeoutMs, stallTimeoutMs, retries, replace, runtime } = request;
  const { maxDonorLatencyMs, deltaBudgetKeys } = request;
  const joiner = joinerOf(request);
  refuseSecond(stateFile, group.name, joiner.name);
  const isSqlite = joiner.store.kind === 'sqlite';
  const published = replace || restart ? undefined : publishedBefore(group, request, stateFile);
  const hooks = await hooksOf(request, group.name, stateFile);
  const pace = new Pace(request.bytesPerSecond, steadyClock, systemWait);
  const frame = new RunFrame({
    ...{ request, group, stateFile, json, progress, signal, pace },
    plan: plan?.packed,
  });
  const run = {
    ...frame.options,
    signal,
    joiner,
    plan: plan?.source,
    minConfidence,
    prefetchTimeoutMs,
    stallTimeoutMs,
    retries,
    maxDonorLatencyMs,
    deltaBudgetKeys,
    pace,
    wait: systemWait,
    replace,
    restart,
    publishAt: request.publishAt ?? 'synced',
    follow: request.follow ?? false,
    serve: request.serve,
    handOver: options.handOver,
    serveSql: options.serveSql,
    runtime,
    hooks,
    stateOption: sameFiles({ state: stateFile }),
  };
  const finish = isSqlite ? finishAddReplica : finishPlaced;
  const { result, snapshot } = await frame.around(
    async () => (published && (await finish(run, published.result))) ?? (await addReplica(run)),
  );
  if (published) notePublished(published, stateFile);
  // The replica is there, whatever its command says; what waits for that command must know all the same.
  const failed = snapshot.hooks.find(({ hook, state }) => hook === 'synced' && state !== 'done');
  if (failed) {
    const how = failed.exitCode === undefined ? 'was ended' : `failed with exit code ${failed.exitCode}`;
    tellFailure(
      new ForesyncError('gate', 'hook-failed', `--on-synced ${how}; the replica is in its place.`, {
        hint: 'Run it by hand.',
      }),
    );
  }
  const itself = snapshot.serving?.log && (await measureAfterRun(stateFile, frame.runId));
  if (itself && !json) log(itself.lines.join('\n'));
  if (!json) log(nextStep(`foresync metrics ${shortId(frame.runId)}${sameFiles({ state: stateFile })}`));
  return { runId: frame.runId, ...result, plan: plan?.source.from, run: snapshot, ...itself?.json };
}

async function foretellAdding(options: AddInFrameOptions): Promise<unknown> {
  const { request, group, plan, stateFile } = options;
  const joiner = joinerOf(request);
  refuseSecond(stateFile, group.name, joiner.name);
  const { replace, runtime, minConfidence, serve, serveSql: servesSql } = request;
  const warning = serve && opennessWarning(parseServeAddress(serve.address));
  const steps = addReplicaSteps(request, group, plan?.source, warning);
  // Doctor's checks are of use to a dry run alone.
  const { foretell } = await import('./foretell.ts');
  return foretell({ ...options, joiner, replace, servesSql, runtime, minConfidence, steps });
}

/** Its agents would refuse it too, but cannot tell which run is in the way; and --restart would take away what that one builds. */
function refuseSecond(stateFile: string, group: string, joiner: string): void {
  if (!existsSync(stateFile)) return;
  const state = openJournal(stateFile);
  try {
    refuseBesideLiving(state, group, joiner);
  } finally {
    state.close();
  }
}
