import type { Result } from '../../agent/protocol.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Emit } from '../events.ts';
import { catchUp } from './apply-changes.ts';
import { settled } from './capture.ts';
import type { Sides } from './connect-servers.ts';
import { Drain } from './drain.ts';
import { readsDonorItself } from './one-host.ts';
import { captureStarted } from './start-capture.ts';

/** Bytes of changes that may wait at the joiner. */
const usualBudgetBytes = 8 * 1024 ** 3;
/** What a key of --delta-budget stands for. */
const bytesPerKey = 100;

/** Between whom rows are copied, while the stream of changes is drained. */
export interface Copy extends Sides {
  drain: Drain;
  opened: Result<'pg.joiner.open'>;
  keyColumns: number;
  /** The joiner's agent reads the donor's rows itself. */
  isOneHost: Promise<boolean>;
}

/** From now on an earlier run's slot counts as made by this one, unless a subscription uses it. False where there is none. */
export async function ownSlot(
  { lead, hold, isSubscribed }: Sides,
  { group, joiner, id }: Pick<AddReplicaOptions, 'group' | 'joiner'> & { id: string },
): Promise<boolean> {
  if (isSubscribed) return true;
  const purpose = copyPurpose({ group, joiner }, hold);
  return (await lead.call('pg.slots.note', { url: group.lead.store.path, id, purpose })).result.noted;
}

function copyPurpose({ group, joiner }: Pick<AddReplicaOptions, 'group' | 'joiner'>, hold: string) {
  return { use: 'copy', group: group.name, joiner: joiner.name, hold } as const;
}

/**
 * Makes the slot, or goes on with the one that is there, opens the joiner and drains the slot into it from then on. Resolves when rows may be read: all that was committed
 * before the slot is seen by everybody.
 */
export async function beginCopy(
  sides: Sides,
  options: AddReplicaOptions & { id: string; emit: Emit; isLeader: boolean },
  onDrain: (drain: Drain) => void,
): Promise<Copy> {
  const { lead, joiner, table, left, slot, seed, isServed } = sides;
  const { group, joiner: target, restart, wait, signal, deltaBudgetKeys, id, emit, serveSql } = options;
  const isOneHost = readsDonorItself(sides, options);
  isOneHost.catch(() => undefined);
  // A table that was made anew since is published no longer.
  const isThere =
    slot !== undefined &&
    !slot.isLost &&
    (await lead.call('pg.donor.standing', { id })).result.standing !== 'altered';
  const url = group.lead.store.path;
  // A run that was to be read from may have died before it could be; of another that came as far, planned rows alone are lost.
  const mayServe = !serveSql || isServed || left?.stage !== 'hot';
  const fits = isThere && mayServe && left !== undefined && left.spooledTo >= slot.confirmedTo && !restart;
  const goesOn = fits && (await ownSlot(sides, options));
  if (!goesOn) await lead.call('pg.capture.drop', { url, id });
  const purpose = copyPurpose(options, sides.hold);
  const started = goesOn ? undefined : await captureStarted(lead, { id, purpose, wait, signal, emit });
  const { definition, keyOrder, systemId, timeline } = table;
  const { result: opened } = await joiner.call('pg.joiner.open', {
    ...{ url: target.store.path, id, definition, keyOrder, systemId, timeline, seed },
    ...{ captureFrom: started?.from ?? slot?.confirmedTo ?? 0, anew: !goesOn, isLeader: options.isLeader },
  });
  if (opened.resumed) emit({ type: 'resumed', rows: opened.rows });
  else if (left)
    emit({
      type: 'note',
      level: 'warning',
      text: mayServe
        ? 'The copy begins anew: what was left of it does not fit the slot or the table of today.'
        : 'The copy begins anew: no reads could be answered from what was left of it.',
    });
  const budgetBytes = deltaBudgetKeys === undefined ? usualBudgetBytes : deltaBudgetKeys * bytesPerKey;
  const drain = await Drain.start({ donor: lead, joiner, id, budgetBytes }, opened.spooledTo);
  onDrain(drain);
  // More may wait than the budget lets, here and in the slot; no chunk is under way.
  if (opened.resumed && !opened.isServed)
    await Promise.race([catchUp({ lead, joiner, drain, emit }), drain.failed]);
  if (opened.stage === 'hot' || opened.stage === 'snapshot') {
    const below = started?.below ?? (await lead.call('pg.capture.under-way', {})).result.below;
    await settled(lead, { below, wait, signal, emit });
  }
  return { ...sides, isOneHost, drain, opened, keyColumns: definition.key.length };
}
