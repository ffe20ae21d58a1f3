import { statfsSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { formatBytes, formatCounted, formatInstant } from '../format.ts';
import type { ReplicaGroup } from '../group/config.ts';
import { lookAtState } from '../state/open.ts';
import { type Batches, checkPlanFor, dealBatches } from '../sync/batches.ts';
import { planEndMs, stalePlan } from '../sync/plan-fits.ts';
import { type JoinerSpec, nameTaken } from '../sync/refusals.ts';
import type { PlanSource } from '../sync/run.ts';
import { type Check, failure, info, ok, type Report, warning } from './check.ts';

export interface HereOptions {
  /** Reads and checks foresync.yaml. */
  loadGroup: () => ReplicaGroup;
  stateFile: string;
  /** The plan that add-replica would take, undefined for none; of the state file only where that can be read as it is. */
  choosePlan: (group: ReplicaGroup, stateFile: string | undefined) => Promise<PlanSource | undefined>;
  /** As of a run: which entries would be sent; the plan's own threshold where it is undefined. */
  minConfidence: number | undefined;
  /** A plan whose time is over is refused, as add-replica does with one that is named. */
  refusesStale: boolean;
  joiner: JoinerSpec | undefined;
  clock: Clock;
  signal: AbortSignal;
}

/** What was found here, and what a run would go on with: the group, and the plan as it is dealt to the donors; undefined where there is none. */
export interface Here {
  report: Report;
  group: ReplicaGroup | undefined;
  planned: Batches | undefined;
}

/** Looks at what a run takes from this machine. */
export async function examineHere(options: HereOptions): Promise<Here> {
  const checks: Check[] = [];
  let group: ReplicaGroup | undefined;
  try {
    group = options.loadGroup();
    const taken = options.joiner && group.replicas.has(options.joiner.name);
    if (options.joiner && taken) throw nameTaken(options.joiner.name, group);
    checks.push(configCheck(group));
  } catch (error) {
    checks.push(failure('config', error));
  }
  const state = stateCheck(options.stateFile);
  checks.push(state.check);
  const plan = group && (await lookAtPlan(group, state.isCurrent ? options.stateFile : undefined, options));
  if (plan) checks.push(plan.check);
  const report: Report = { role: 'here', replica: undefined, host: 'local', checks };
  return { report, group, planned: plan?.planned };
}

function configCheck({ file, name, table, replicas, lead }: ReplicaGroup): Check {
  const count = formatCounted(replicas.size, 'replica');
  return ok('config', `${path.basename(file)}: table ${table} of ${name}, ${count}, led by ${lead.name}`);
}

/** Under this the history and the journal may not have the room that they need. */
const scarceBytes = 100 * 1024 ** 2;

function stateCheck(file: string): { check: Check; isCurrent: boolean } {
  try {
    const found = lookAtState(file);
    const { bavail, bsize } = statfsSync(path.dirname(path.resolve(file)));
    const freeBytes = bavail * bsize;
    const words = {
      missing: 'is not there yet, and can be made',
      older: 'is of an older foresync; its next use brings it up to date',
      current: 'can be read and written',
    };
    const text = `${file} ${words[found]}; ${formatBytes(freeBytes)} free`;
    const isCurrent = found === 'current';
    if (freeBytes > scarceBytes) return { check: ok('state', text), isCurrent };
    const hint = 'Make room there, or name a state file on another disk with --state.';
    return { check: warning('state', text, hint), isCurrent };
  } catch (error) {
    return { check: failure('state', error), isCurrent: false };
  }
}

async function lookAtPlan(
  group: ReplicaGroup,
  stateFile: string | undefined,
  { choosePlan, minConfidence, refusesStale, clock, signal }: HereOptions,
): Promise<{ check: Check; planned?: Batches }> {
  try {
    const plan = await choosePlan(group, stateFile);
    if (!plan)
      return {
        check: info('plan', 'none: rows come in the order of the table', "'foresync plan' makes one."),
      };
    checkPlanFor(plan.header, group);
    const planned = await dealBatches(plan.entries(), {
      donors: new Set(group.replicas.keys()),
      lead: group.lead.name,
      minConfidence: minConfidence ?? plan.header.minConfidence,
      signal,
    });
    return { check: planCheck(plan, planned, { refusesStale, nowMs: clock.nowMs() }), planned };
  } catch (error) {
    signal.throwIfAborted();
    return { check: failure('plan', error) };
  }
}

function planCheck(
  { from, header }: PlanSource,
  { keys }: Batches,
  { refusesStale, nowMs }: { refusesStale: boolean; nowMs: number },
): Check {
  const endMs = planEndMs(header);
  const text = `${from}: ${formatCounted(keys, 'key')}`;
  if (endMs >= nowMs) return ok('plan', `${text}, until ${formatInstant(endMs)}`);
  if (refusesStale) throw stalePlan(from, header);
  return warning(
    'plan',
    `${text}; it is stale, as it looked ahead until ${formatInstant(endMs)}`,
    "'foresync analyze && foresync plan' make a new one.",
  );
}
