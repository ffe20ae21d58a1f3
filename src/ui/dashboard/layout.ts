export interface Parts {
  phases: number;
  facts: number;
  donors: number;
  summary: number;
  notes: number;
}

/** Rows that each part gets; `donors` is 1 where all of them share a row. */
export interface Layout extends Parts {
  /** Phases on the left; facts and donors beside them. */
  sideBySide: boolean;
  /** Empty rows between parts. */
  gap: 0 | 1;
}

const wideColumns = 150;
const leastFacts = 3;
const leastNotes = 3;

/**
 * Shares out a screen. The frame stays under rows − 1: Ink clears the terminal for frames as high as itself; with `below` so many rows
 * more are left free. On a low screen the notes go first, then donors and facts, then the gaps and the phases that are over.
 * Where there is a summary the run is over: notes are all there or none is, and come before figures that say no more than the summary.
 */
export function layOut(columns: number, rows: number, wanted: Parts, below = 0): Layout {
  const sideBySide = columns >= wideColumns;
  const isOver = wanted.summary > 0;
  const budget = Math.max(1, rows - 2 - below) - 1;
  const needsFacts = !isOver && !sideBySide;
  const gapsNeeded = isOver || needsFacts ? 2 : 1;
  const least = wanted.phases + wanted.summary + (needsFacts ? leastFacts : 0);
  const gap: Layout['gap'] = budget >= least + gapsNeeded ? 1 : 0;
  const room = Math.max(0, budget - gap * gapsNeeded);
  const phases = Math.min(room, wanted.phases, Math.max(1, room - wanted.summary));
  const summary = Math.min(room - phases, wanted.summary);
  const left = room - phases - summary;
  const some = { gap, left, sideBySide, phases };
  return { phases, summary, sideBySide, gap, ...(isOver ? afterRun(some, wanted) : duringRun(some, wanted)) };
}

interface Room {
  gap: 0 | 1;
  left: number;
  sideBySide: boolean;
  phases: number;
}

type Rest = Pick<Layout, 'facts' | 'donors' | 'notes'>;

function duringRun({ gap, left, sideBySide, phases }: Room, wanted: Parts): Rest {
  if (sideBySide) return { ...beside(phases, wanted), notes: atMost(wanted.notes, left - gap) };
  const facts = atMost(wanted.facts, left);
  const forNotes = wanted.notes > 0 ? Math.min(wanted.notes, leastNotes) + gap : 0;
  const donors = atMost(donorRows(Math.max(1, left - facts - forNotes), wanted.donors), left - facts);
  return { facts, donors, notes: atMost(wanted.notes, left - facts - donors - gap) };
}

function afterRun({ gap, left, sideBySide, phases }: Room, wanted: Parts): Rest {
  const notes = wanted.notes + gap <= left ? wanted.notes : 0;
  if (sideBySide) return { ...beside(phases, wanted), notes };
  const room = left - (notes > 0 ? notes + gap : 0) - gap;
  const facts = room < leastFacts ? 0 : atMost(wanted.facts, room);
  if (facts === 0) return { facts, donors: 0, notes };
  return { facts, donors: donorRows(room - facts, wanted.donors), notes };
}

function beside(phases: number, wanted: Parts): Pick<Rest, 'facts' | 'donors'> {
  const facts = Math.min(wanted.facts, phases);
  return { facts, donors: donorRows(phases - facts, wanted.donors) };
}

function atMost(wanted: number, room: number): number {
  return Math.max(0, Math.min(wanted, room));
}

/** A row each if there is room for all of them, else one for all. */
function donorRows(room: number, donors: number): number {
  return room >= donors ? donors : atMost(1, room);
}
