import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { factRowsWanted } from './facts.tsx';
import { footerRows } from './footer.tsx';
import type { LiveRun } from './live-run.ts';

export interface Parts {
  phases: number;
  facts: number;
  donors: number;
  summary: number;
  notes: number;
  footer: number;
}

/** Rows that each part gets; fewer for `donors` than there are where some share one. */
export interface Layout extends Parts {
  /** Phases on the left; facts and donors beside them. */
  sideBySide: boolean;
  /** Empty rows between parts. */
  gap: 0 | 1;
  /** The same before the footer, where the notes have no use for it. */
  footerGap: 0 | 1;
}

const wideColumns = 150;
const leastFacts = 3;
const leastNotes = 1;

export function isWide(columns: number): boolean {
  return columns >= wideColumns;
}

/** The rows of a run that is under way, on a screen of its own, with its last events and what its keys do. */
export function layOutLive(
  live: LiveRun,
  { columns, rows, events, isAsking }: { columns: number; rows: number; events: number; isAsking: boolean },
): Layout {
  const footer = footerRows(live, isAsking);
  return layOut(columns, rows - 1, { ...runParts(live.run), summary: 0, notes: events, footer });
}

/** The rows of a run that is over; `below` more are left free under it. */
export function layOutOver(
  run: RunSnapshot,
  {
    columns,
    rows,
    below,
    summary,
    events,
  }: { columns: number; rows: number; below: number; summary: number; events: number },
): Layout {
  const parts = { ...runParts(run), summary, notes: events, footer: 0 };
  return layOut(columns, rows - 2 - below, parts);
}

function runParts(run: RunSnapshot): Pick<Parts, 'phases' | 'facts' | 'donors'> {
  return { phases: run.phases.length, facts: factRowsWanted(run), donors: Math.max(1, run.donors.length) };
}

/**
 * Shares out so many rows. Ink clears the terminal for frames as high as itself, so they must be fewer than it has. On a low screen the
 * notes but the last go first, then donors and facts, then the gaps, the footer and the phases that are over.
 * Where there is a summary the run is over: notes are all there or none is, and come before figures that say no more than the summary.
 */
export function layOut(columns: number, rows: number, wanted: Parts): Layout {
  const sideBySide = isWide(columns);
  const isOver = wanted.summary > 0;
  // Without the title's.
  const budget = Math.max(1, rows) - 1;
  const needsFacts = !isOver && !sideBySide;
  const gapsNeeded = (isOver || needsFacts ? 2 : 1) + (wanted.footer > 0 ? 1 : 0);
  const least = wanted.phases + wanted.summary + wanted.footer + (needsFacts ? leastFacts : 0);
  const gap: Layout['gap'] = budget >= least + gapsNeeded ? 1 : 0;
  const forFooter = wanted.footer > 0 ? wanted.footer + gap : 0;
  const footer = budget - forFooter >= Math.min(wanted.phases, leastFacts) ? wanted.footer : 0;
  const room = Math.max(0, budget - (footer > 0 ? forFooter : 0) - gap * (isOver || needsFacts ? 2 : 1));
  const phases = Math.min(room, wanted.phases, Math.max(1, room - wanted.summary));
  const summary = Math.min(room - phases, wanted.summary);
  const left = room - phases - summary;
  const some = { gap, left, sideBySide, phases };
  // The last event may stand on the footer.
  const spare = footer > 0 && wanted.notes > 0 ? gap : 0;
  const { taken, ...rest } = isOver
    ? afterRun(some, wanted)
    : duringRun({ ...some, left: left + spare }, wanted);
  return {
    phases,
    summary,
    footer,
    sideBySide,
    gap,
    footerGap: spare > 0 && taken > left ? 0 : gap,
    ...rest,
  };
}

interface Room {
  gap: 0 | 1;
  left: number;
  sideBySide: boolean;
  phases: number;
}

/** `taken`: so many of the rows that were left. */
type Rest = Pick<Layout, 'facts' | 'donors' | 'notes'> & { taken: number };

function duringRun({ gap, left, sideBySide, phases }: Room, wanted: Parts): Rest {
  if (sideBySide) {
    const { facts, donors, extra } = beside(phases, left, wanted);
    const notes = atMost(wanted.notes, left - extra - gap);
    return { facts, donors, notes, taken: extra + withGap(notes, gap) };
  }
  const forNotes = withGap(Math.min(wanted.notes, leastNotes), gap);
  const room = left - forNotes;
  // Of the figures the bytes by kind are missed least.
  const fewer = wanted.facts + wanted.donors > room && wanted.facts > leastFacts ? 1 : 0;
  const facts = atMost(wanted.facts - fewer, left);
  const donors = atMost(wanted.donors, Math.min(Math.max(1, room - facts), left - facts));
  const notes = atMost(wanted.notes, left - facts - donors - gap);
  return { facts, donors, notes, taken: facts + donors + withGap(notes, gap) };
}

function afterRun({ gap, left, sideBySide, phases }: Room, wanted: Parts): Rest {
  const notes = wanted.notes + gap <= left ? wanted.notes : 0;
  if (sideBySide) {
    const { facts, donors } = beside(phases, 0, wanted);
    return { facts, donors, notes, taken: withGap(notes, gap) };
  }
  const room = left - withGap(notes, gap) - gap;
  const facts = room < leastFacts ? 0 : atMost(wanted.facts, room);
  const donors = facts === 0 ? 0 : atMost(wanted.donors, room - facts);
  return { facts, donors, notes, taken: facts + donors + withGap(notes, gap) };
}

/** More donors than there are rows beside the phases take from what is below, as far as there is room: `extra` rows. */
function beside(
  phases: number,
  left: number,
  wanted: Parts,
): Pick<Rest, 'facts' | 'donors'> & { extra: number } {
  const facts = Math.min(wanted.facts, phases);
  const donors = atMost(wanted.donors, phases - facts + left);
  return { facts, donors, extra: Math.max(0, facts + donors - phases) };
}

function withGap(rows: number, gap: number): number {
  return rows > 0 ? rows + gap : 0;
}

function atMost(wanted: number, room: number): number {
  return Math.max(0, Math.min(wanted, room));
}
