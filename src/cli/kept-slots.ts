import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { hostLabel } from '../core/group/host.ts';
import { parsePostgresUrl } from '../core/group/postgres-url.ts';
import { storedStore } from '../core/group/store-spec.ts';
import { captureName } from '../core/store/postgres/capture.ts';
import { captureIdOf } from '../core/sync/postgres/capture.ts';
import { listSlots, type Slot, type SlotOptions } from '../core/sync/postgres/slots.ts';
import { whyOf } from '../core/sync/postgres/standbys.ts';
import { type AddReplicaRequest, groupAsked, joinerOf } from '../core/sync/run-request.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
import type { LeadSlot, LeadSlots } from '../ui/slot-lines.ts';

/** Whoever asks how things stand does not wait for longer. */
const mostMs = 15_000;

type PostgresRun = RunStanding & { request: AddReplicaRequest };

/** Runs between PostgreSQL servers, each by the name of the slot that it makes; of several for a joiner the newest. */
export function slotRuns(standings: readonly RunStanding[]): Map<string, PostgresRun> {
  const runs = new Map<string, PostgresRun>();
  for (const standing of standings) {
    const { group: name, table, request } = standing;
    if (request?.command !== 'add-replica' || standing.wasRefused) continue;
    if (storedStore(request.joiner.path).kind !== 'postgres') continue;
    const slot = captureName(captureIdOf({ name, table }, joinerOf(request)));
    if (!runs.has(slot)) runs.set(slot, { ...standing, request });
  }
  return runs;
}

/** Asks the PostgreSQL leads of the runs of a journal which slots of foresync's they have, side by side. Changes nothing there. */
export async function keptSlots(
  standings: readonly RunStanding[],
  signal: AbortSignal,
): Promise<LeadSlots[]> {
  const runs = slotRuns(standings);
  const leads = new Map<string, { run: PostgresRun; own: string[] }>();
  for (const [name, run] of runs) {
    const key = leadPlace(run);
    const lead = leads.get(key) ?? { run, own: [] };
    leads.set(key, lead);
    lead.own.push(name);
  }
  return Promise.all(
    [...leads.values()].map(async ({ run, own }) => {
      const { request, group } = run;
      const there = { lead: request.lead, group, own };
      const atMost = AbortSignal.any([signal, AbortSignal.timeout(mostMs)]);
      try {
        const asked = groupAsked(loadGroup(request.config), request, run);
        const slots = await listSlots({ ...slotOptions(asked, request), signal: atMost });
        return { ...there, slots: slots.map((slot) => withRun(slot, runs)) };
      } catch (error) {
        signal.throwIfAborted();
        const reason = atMost.aborted
          ? `It did not answer within ${mostMs / 1000} s.`
          : whyOf(request.lead, error);
        return { ...there, slots: [], reason };
      }
    }),
  );
}

/** Of all leads' slots, that of a run. */
export function slotsOf(run: RunStanding, leads: readonly LeadSlots[]): LeadSlots[] {
  const [own] = slotRuns([run]).keys();
  return leads
    .filter((one) => own !== undefined && one.own.includes(own))
    .map((one) => ({ ...one, slots: one.slots.filter(({ name }) => name === own) }));
}

/** The same for all runs whose lead is at the same database of a server, as far as its URL tells. */
function leadPlace(run: PostgresRun): string {
  const { lead: name, config } = run.request;
  try {
    const { lead } = groupAsked(loadGroup(config), run.request, run);
    const { host, port, user, database } = parsePostgresUrl(lead.store.path);
    return JSON.stringify([hostLabel(lead.host), host, port ?? 5432, database ?? user]);
  } catch {
    // Why is told by whoever asks it.
    return JSON.stringify([config, name, run.group, run.table]);
  }
}

/** How a group's lead is asked about its slots. */
export function slotOptions(
  group: ReplicaGroup,
  { runtime, stallTimeoutMs }: { runtime?: string | undefined; stallTimeoutMs: number },
): Omit<SlotOptions, 'signal'> {
  return {
    ...{ group, runtime, stallTimeoutMs },
    ...{ clock: systemClock, newId: randomUUID, onEvent: () => undefined },
  };
}

function withRun(slot: Slot, runs: ReadonlyMap<string, RunStanding>): LeadSlot {
  const run = runs.get(slot.name);
  return run ? { ...slot, run } : slot;
}
