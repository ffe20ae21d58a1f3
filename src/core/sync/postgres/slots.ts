import type { Result } from '../../agent/protocol.ts';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { Agents } from '../connect.ts';
import { emitter, type RunOptions } from '../run.ts';

export type Slot = Result<'pg.slots.list'>['slots'][number];

export type SlotOptions = Omit<RunOptions, 'plan' | 'minConfidence' | 'runId'>;

const slotPattern = /^foresync_[a-z0-9_]{1,40}$/;

/** Whether a text is the name of a slot of foresync's, and no run's id. */
export function isSlotName(text: string): boolean {
  return slotPattern.test(text);
}

/** The slots of foresync's at a group's lead, and its publications without one (`missing`). Throws where it cannot be asked. */
export async function listSlots(options: SlotOptions): Promise<Slot[]> {
  return withLead(options, async (lead, url) => (await lead.call('pg.slots.list', { url })).result.slots);
}

/**
 * Takes a slot and its publication away from a group's lead; undefined where there is neither of that name. Refuses one that somebody reads (`slot-in-use`), or that is kept for a
 * subscription (`slot-kept`). What was built with it, at a joiner that is not known here, stays.
 */
export async function takeSlot(
  options: SlotOptions,
  name: string,
  { dryRun }: { dryRun: boolean },
): Promise<Slot | undefined> {
  return withLead(options, async (lead, url) => {
    const { result } = await lead.call('pg.slots.list', { url });
    const slot = result.slots.find((one) => one.name === name);
    if (!slot) return undefined;
    if (slot.purpose?.use === 'subscription' && slot.walStatus !== 'missing') throw kept(slot);
    if (slot.isActive) throw slotInUse(slot.name);
    if (!dryRun) await lead.call('pg.capture.drop', { url, id: name.slice('foresync_'.length) });
    return slot;
  });
}

async function withLead<T>(
  options: SlotOptions,
  work: (lead: Awaited<ReturnType<Agents['connect']>>, url: string) => Promise<T>,
): Promise<T> {
  const run = { ...options, plan: undefined, minConfidence: undefined, runId: options.newId() };
  const { lead } = options.group;
  const agents = new Agents(run, emitter(run));
  try {
    return await work(await agents.connect(lead.name, lead.host), lead.store.path);
  } finally {
    await agents.close();
  }
}

function kept({ name, purpose }: Slot): ForesyncError {
  const joiner = printable(purpose?.joiner ?? '', 60);
  return new ForesyncError('exists', 'slot-kept', `${name} is kept for the subscription of ${joiner}.`, {
    hint: `DROP SUBSCRIPTION ${name}, at ${joiner}, takes the slot away too, and DROP PUBLICATION ${name}, at the lead, what is left then. Where that server is gone for good: SELECT pg_drop_replication_slot('${name}'), at the lead.`,
  });
}

export function slotInUse(name: string): ForesyncError {
  return new ForesyncError('exists', 'slot-in-use', `Somebody reads ${name} just now.`, {
    hint: 'A run that lives, or a subscription: end it where it is.',
  });
}
