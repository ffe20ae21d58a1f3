import type { Slot } from '../core/sync/postgres/slots.ts';
import type { RunStanding } from '../core/sync/run-standing.ts';
import { printable, shortId } from '../core/text.ts';
import { formatBytes } from './format.ts';
import type { Brush } from './metrics-paint.ts';
import { nameOf, type StatusView, standingWords } from './status-words.ts';
import type { Role, ShownState } from './theme.ts';
import { wrapWords } from './wrap-words.ts';

/** A lead's slots, each with the newest run of this journal that made it. */
export interface LeadSlots {
  lead: string;
  group: string;
  slots: LeadSlot[];
  /** Names of the slots that runs of this journal make there. */
  own: readonly string[];
  /** Why it could not be asked. */
  reason?: string;
}

export type LeadSlot = Slot & { run?: RunStanding };

const margin = 5;

/** What foresync has at PostgreSQL leads, for the brush's width; nothing where there is nothing. */
export function slotLines(leads: readonly LeadSlots[], view: StatusView, brush: Brush): string[] {
  const lines = leads.flatMap(({ lead, slots, reason }) => {
    const at = printable(lead, 30);
    const told = (text: string) =>
      wrapWords([text], brush.width - margin).map((line, place) => `${place === 0 ? '' : '    '}${line}`);
    if (reason !== undefined)
      return told(`The slots at ${at} are not known: ${printable(reason, 300)}`).map(
        (line, place) =>
          `${place === 0 && !brush.theme.plain ? `${brush.paint('warning', brush.symbols.stopped)} ` : ''}${line}`,
      );
    return slots.flatMap((slot) => [headline(slot, at, brush), ...detail(slot, view, brush)]);
  });
  return lines.length === 0 ? [] : ['', `  ${brush.paint('quiet', 'SLOTS AT POSTGRESQL LEADS')}`, ...lines];
}

/** Whether a subscription goes on with it, or whoever made it may have gone. */
function isKept({ purpose }: LeadSlot): boolean {
  return purpose?.use === 'subscription';
}

function headline(slot: LeadSlot, lead: string, brush: Brush): string {
  const { sign, role } = signOf(slot);
  const name = printable(slot.name, 63);
  if (brush.theme.plain) return `${name} at ${lead}, ${whose(slot)}.`;
  return `${brush.paint(role, brush.symbols[sign])} ${name} at ${lead}  ${brush.paint(role, whose(slot))}`;
}

function signOf(slot: LeadSlot): { sign: ShownState; role: Role } {
  if (slot.walStatus === 'missing' && slot.run?.standing !== 'running')
    return isKept(slot) ? { sign: 'failed', role: 'bad' } : { sign: 'stopped', role: 'warning' };
  if (slot.walStatus === 'lost') return { sign: 'failed', role: 'bad' };
  if (slot.run?.standing === 'running') return { sign: 'running', role: 'active' };
  if (isKept(slot) && slot.isActive) return { sign: 'done', role: 'good' };
  return { sign: 'stopped', role: 'warning' };
}

function whose(slot: LeadSlot): string {
  const { purpose, isActive, run } = slot;
  const joiner = printable(purpose?.joiner ?? run?.joiner ?? '', 30);
  if (isKept(slot) && slot.walStatus === 'missing') return `no slot for ${joiner}'s subscription`;
  if (isKept(slot)) return `kept for ${joiner}'s subscription`;
  if (run?.standing === 'running') return `of a run that lives`;
  if (run) return 'left by a run';
  return isActive ? 'somebody reads it' : 'of no run in this state file';
}

function detail(slot: LeadSlot, view: StatusView, brush: Brush): string[] {
  const { run, isActive, walStatus, retainedBytes, behindBytes, safeBytes, purpose } = slot;
  const retained = `The lead keeps ${formatBytes(retainedBytes)} of WAL for it`;
  const bound = safeBytes === undefined ? '.' : `, and ${formatBytes(safeBytes)} more before it is lost.`;
  const texts =
    walStatus === 'lost'
      ? ['What it needs of the WAL is gone: max_slot_wal_keep_size was less than that.']
      : walStatus === 'missing'
        ? ['Only its publication is there.']
        : [`${retained}${bound}`];
  if (isKept(slot) && walStatus === 'missing')
    texts.push(
      'A subscription that is still there gets no changes any more; where it was dropped, the publication is of no use.',
    );
  else if (isKept(slot)) {
    const reads = isActive ? 'It is read just now' : 'Nobody reads it just now';
    texts.unshift(`${reads}; ${formatBytes(behindBytes)} behind.`);
  } else if (run) texts.unshift(`${shortId(run.id)}, ${nameOf(run, 40)}: ${standingWords(run, view)}.`);
  else if (purpose)
    texts.unshift(`Made to build ${printable(purpose.joiner, 40)} of ${printable(purpose.group, 40)}.`);
  const next = nextCommand(slot, view);
  return [
    ...wrapWords([texts.join(' ')], brush.width - margin).map((line) => `    ${line}`),
    ...(next === undefined ? [] : [`    ${brush.paint('quiet', brush.next)} ${next}`]),
  ];
}

function nextCommand(slot: LeadSlot, { stateOption }: StatusView): string | undefined {
  const { run, isActive, name } = slot;
  if (run?.standing === 'running' || (isKept(slot) && slot.walStatus !== 'missing')) return undefined;
  if (run?.canAbort && !isKept(slot)) return `foresync abort ${shortId(run.id)}${stateOption}`;
  return isActive ? undefined : `foresync cleanup ${printable(name, 63)}${stateOption}`;
}
