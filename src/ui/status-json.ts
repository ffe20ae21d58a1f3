import type { RunStanding } from '../core/sync/run-standing.ts';
import type { LeadSlots } from './slot-lines.ts';

/** A run as `status --json` prints it: how it stands, where it is, and its whole snapshot. Times are milliseconds since the epoch. */
export function statusJson(standing: RunStanding): unknown {
  const { process, request: _, isHeld, run, ...rest } = standing;
  const phase = run?.phases.findLast(({ state }) => state === 'running' || state === 'failed');
  return {
    ...rest,
    pid: process?.pid,
    host: process?.host,
    holdsPrefetch: isHeld,
    phase: phase?.name,
    share: phase?.share,
    run,
  };
}

/** The slots at PostgreSQL leads as `status --json` prints them; nothing where no lead is at PostgreSQL. */
export function slotsJson(leads: readonly LeadSlots[]): { slots?: unknown[]; slotsNotKnown?: unknown[] } {
  const slots = leads.flatMap(({ lead, group, slots }) =>
    slots.map(({ run, purpose, ...slot }) => ({
      ...{ lead, group: purpose?.group ?? group, ...slot, use: purpose?.use },
      ...{ joiner: purpose?.joiner ?? run?.joiner, runId: run?.id },
    })),
  );
  const notKnown = leads.flatMap(({ lead, group, reason }) =>
    reason === undefined ? [] : [{ lead, group, reason }],
  );
  return leads.length === 0 ? {} : { slots, ...(notKnown.length > 0 && { slotsNotKnown: notKnown }) };
}
