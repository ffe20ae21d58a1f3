import type { Params } from '../../agent/protocol.ts';
import type { Wait } from '../../clock.ts';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import type { AddReplicaOptions } from '../add-replica.ts';
import type { Emit } from '../events.ts';
import { applyAll, applyUpTo } from './apply-changes.ts';
import { slotGone } from './capture.ts';
import type { Sides } from './connect-servers.ts';
import { copyLanes } from './copy-rows.ts';
import { Drain } from './drain.ts';
import type { Leaders, OtherLeader } from './leaders.ts';
import { captureStarted } from './start-capture.ts';

const pollMs = 200;
const tellAfterMs = 3000;
/** How long the lead may confirm nothing of another leader's. */
const patienceMs = 120_000;
const budgetBytes = 8 * 1024 ** 3;

interface HandingOver {
  sides: Sides;
  leaders: Leaders;
  options: AddReplicaOptions & { id: string; emit: Emit };
}

/** Ids of the joiner's slots, one for each leader. */
export function slotsFor({ lead, others }: Leaders): string[] {
  return [lead, ...others].map(({ id }) => id);
}

/**
 * Has the joiner, whose table is in its place, subscribe to all leaders and all of them to it. Every step is looked for before it is done, or may be done again, so that a run
 * which died goes on. Why nothing is lost and nothing comes twice: docs/ARCHITECTURE.md, "Several leaders".
 */
export async function handOverAmong(handing: HandingOver): Promise<void> {
  const { sides, leaders, options } = handing;
  const { joiner } = sides;
  const url = options.joiner.store.path;
  if (sides.left?.stage !== 'handed') await subscribeJoiner(handing);
  for (const { agent, url: leaderUrl, id } of [leaders.lead, ...leaders.others])
    await agent.call('pg.leader.subscribe', {
      ...{ url: leaderUrl, id, publication: options.id, conninfo: leaders.joinerConninfo },
    });
  await joiner.call('pg.joiner.forget', { url, id: options.id });
}

async function subscribeJoiner(handing: HandingOver): Promise<void> {
  const { sides, leaders, options } = handing;
  const { joiner } = sides;
  const { group, joiner: target } = options;
  const url = target.store.path;
  const purpose = {
    use: 'subscription' as const,
    ...{ group: group.name, joiner: target.name, hold: sides.hold },
  };
  const begun = await slotsAtOthers(handing, purpose);
  // Before: whoever finds a slot must know that it is not left behind.
  for (const { agent, url: leaderUrl, id } of [leaders.lead, ...leaders.others])
    await agent.call('pg.slots.note', { url: leaderUrl, id, purpose });
  await joiner.call('pg.joiner.subscribe', {
    url,
    sources: [leaders.lead, ...leaders.others].map(({ id, conninfo }) => ({ id, conninfo })),
  });
  const drain = await drainAgain(handing);
  const { spooledTo, positions } = await Promise.race([
    drain.failed,
    caughtUp(handing, drain, begun).finally(() => drain.leave()),
  ]);
  const { url: leadUrl, id: leadId } = leaders.lead;
  const { result: lead } = await sides.lead.call('pg.capture.look', { url: leadUrl, id: leadId });
  if (!lead.slot) throw slotGone();
  await joiner.call('pg.joiner.switch', {
    ...{ url, id: options.id },
    sources: [
      { id: leadId, from: spooledTo, confirmedTo: lead.slot.confirmedTo },
      ...leaders.others.map(({ id, name }) => ({
        ...{ id, confirmedTo: begun.get(name) ?? 0 },
        from: Math.max(positions.get(name) ?? 0, begun.get(name) ?? 0),
      })),
    ],
  });
}

/** The slots of the joiner's at the other leaders: where each begins, by the leader's name. What was committed before must come by way of the lead. */
async function slotsAtOthers(
  { leaders: { others }, options: { wait, signal, emit } }: HandingOver,
  purpose: Params<'pg.slots.note'>['purpose'],
): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  for (const { agent, url, id, name } of others) {
    const { slot } = (await agent.call('pg.capture.look', { url, id })).result;
    if (slot && !slot.isLost) begun.set(name, slot.confirmedTo);
    else {
      await agent.call('pg.capture.drop', { url, id });
      begun.set(name, (await captureStarted(agent, { id, purpose, wait, signal, emit })).from);
    }
  }
  return begun;
}

/** Changes of all origins go on coming by way of the lead, in the order in which it committed them, until the last moment. */
async function drainAgain({ sides, options }: HandingOver): Promise<Drain> {
  const { lead, joiner, table, seed } = sides;
  const { group, joiner: target, wait, signal, id } = options;
  const donor = { url: group.lead.store.path, id };
  let slot = (await lead.call('pg.capture.look', donor)).result.slot;
  // The stream of before has ended, which the server may not have noticed.
  for (let tries = 0; slot?.isActive && tries < 50; tries++) {
    await wait(pollMs, signal);
    signal.throwIfAborted();
    slot = (await lead.call('pg.capture.look', donor)).result.slot;
  }
  if (!slot || slot.isLost) throw slotGone();
  const { definition, keyOrder, systemId, timeline } = table;
  const { result } = await joiner.call('pg.joiner.open', {
    ...{ url: target.store.path, id, definition, keyOrder, systemId, timeline, seed },
    // Whatever the slot says, this is no copy to begin anew.
    ...{ captureFrom: 0, anew: false, isLeader: true },
  });
  if (result.stage !== 'placed' || result.spooledTo < slot.confirmedTo) throw slotGone();
  return Drain.start({ donor: lead, joiner, id, budgetBytes }, result.spooledTo);
}

/**
 * Ends the stream when the joiner has all that was committed at other leaders before their slots. Tells where the stream ended, and up to where the joiner has the changes of each
 * other leader, by its name.
 */
async function caughtUp(
  { sides, leaders, options }: HandingOver,
  drain: Drain,
  begun: ReadonlyMap<string, number>,
): Promise<{ spooledTo: number; positions: Map<string, number> }> {
  const { lead, joiner } = sides;
  const { emit, wait, signal } = options;
  for (const leader of leaders.others)
    await confirmedPast(leader, begun.get(leader.name) ?? 0, { lead: lead.name, emit, wait, signal });
  // What the lead has applied by now lies before the position that is asked for afterwards.
  const { url, id } = leaders.lead;
  const { feeds } = (await lead.call('pg.leader.look', { url, id, table: tableOf(sides), slots: 0 })).result;
  const { result } = await lead.call('pg.position', { lane: copyLanes[0] });
  await applyUpTo(result.at, { lead, joiner, emit, drain });
  await drain.stop();
  await applyAll({ lead, joiner, emit, drain });
  const { origins } = (await joiner.call('pg.joiner.origins', {})).result;
  for (const { name } of origins)
    if (!leaders.others.some(({ feed }) => feed.origin === name)) throw originUnknown(name, lead.name);
  const positions = new Map<string, number>();
  for (const { name, feed } of leaders.others) {
    const now = feeds.find(({ origin }) => origin === feed.origin);
    if (!now) throw feedGone(name);
    const streamed = origins.find(({ name: origin }) => origin === feed.origin)?.at ?? 0;
    positions.set(name, Math.max(now.appliedTo, streamed));
  }
  return { spooledTo: drain.spooledTo, positions };
}

/** Waits until the lead has confirmed to another leader that it has all before a position: then no change of before is missing there. */
async function confirmedPast(
  { name, agent, url, feed }: OtherLeader,
  at: number,
  { lead, emit, wait, signal }: { lead: string; emit: Emit; wait: Wait; signal: AbortSignal },
): Promise<void> {
  let before = -1;
  for (let waitedMs = 0, stillMs = 0; ; waitedMs += pollMs, stillMs += pollMs) {
    const { slots } = (await agent.call('pg.leader.slots', { url, names: [feed.slot] })).result;
    const confirmed = slots[0]?.confirmedTo ?? 0;
    if (confirmed >= at) return;
    if (confirmed > before) stillMs = 0;
    before = confirmed;
    if (stillMs >= patienceMs)
      throw new ForesyncError(
        'unreachable',
        'leader-behind',
        `${printable(lead)} confirms nothing more of what was committed at ${printable(name)}.`,
        { hint: `Look at its subscription ${printable(feed.name)} there; then the same command goes on.` },
      );
    if (waitedMs === tellAfterMs)
      emit({ type: 'note', level: 'info', text: `Waiting for ${lead} to have the changes of ${name}.` });
    await wait(pollMs, signal);
    signal.throwIfAborted();
  }
}

function tableOf({ table }: Sides): { schema: string; name: string } {
  return { schema: table.definition.schema, name: table.definition.name };
}

/** The joiner's subscription to the lead leaves out all that has an origin. */
function originUnknown(origin: string, lead: string): ForesyncError {
  return new ForesyncError(
    'config',
    'origin-unknown',
    `Changes came to ${printable(lead)} by the replication origin ${printable(origin)}, which is no subscription of its to a leader.`,
    {
      hint: 'The joiner would not get such changes: name all leaders, and have each subscribe to each other; --restart --replace begins anew.',
    },
  );
}

function feedGone(name: string): ForesyncError {
  return new ForesyncError(
    'config',
    'leader-apart',
    `The lead's subscription to ${printable(name)} is gone.`,
    {
      hint: 'Up to where the joiner has its changes cannot be told any more: --restart --replace begins anew.',
    },
  );
}
