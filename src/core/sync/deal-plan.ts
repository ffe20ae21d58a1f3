import { type Batches, checkPlanFor, dealBatches } from './batches.ts';
import type { Emit } from './events.ts';
import { planEndMs } from './plan-fits.ts';
import type { PlanSource, RunOptions } from './run.ts';

/** Checks that a run's plan is for its group, deals it out to the donors, and tells of it. */
export async function dealPlan(plan: PlanSource, options: RunOptions, emit: Emit): Promise<Batches> {
  const { group, clock, signal } = options;
  checkPlanFor(plan.header, group);
  const minConfidence = options.minConfidence ?? plan.header.minConfidence;
  const donors = new Set(group.replicas.keys());
  const batches = await dealBatches(plan.entries(), { donors, lead: group.lead.name, minConfidence, signal });
  const { expectedHitRate, origin, horizonMs } = plan.header;
  const { keys, expectedReads } = batches;
  emit({ type: 'note', level: 'info', text: `Plan: ${plan.from}.` });
  emit({ type: 'plan', keys, expectedReads, expectedHitRate, minConfidence, origin, horizonMs });
  const endMs = planEndMs(plan.header);
  if (endMs < clock.nowMs()) {
    const end = new Date(endMs).toISOString().slice(0, 16).replace('T', ' ');
    emit({ type: 'note', level: 'warning', text: `The plan is stale: it looked ahead until ${end} UTC.` });
  }
  return batches;
}
