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
 * Shares out a screen. The frame stays under rows − 1: Ink clears the terminal for frames as high as itself. On a low
 * one the notes go first, then donors and facts, then the gaps and the phases that are over.
 */
export function layOut(columns: number, rows: number, wanted: Parts): Layout {
  const sideBySide = columns >= wideColumns;
  const budget = Math.max(1, rows - 2) - 1;
  const gapsInAll = (sideBySide ? 1 : 2) + (wanted.summary > 0 ? 1 : 0);
  const gap = budget >= wanted.phases + wanted.summary + gapsInAll + (sideBySide ? 0 : leastFacts) ? 1 : 0;
  let left = Math.max(0, budget - gap * gapsInAll);
  const take = (rowsWanted: number): number => {
    const given = Math.max(0, Math.min(rowsWanted, left));
    left -= given;
    return given;
  };

  const phases = take(Math.min(wanted.phases, Math.max(1, left - wanted.summary)));
  const summary = take(wanted.summary);
  if (sideBySide) {
    const facts = Math.min(wanted.facts, phases);
    const donors = donorRows(phases - facts, wanted.donors);
    return {
      phases,
      facts,
      donors,
      summary,
      notes: take(Math.min(wanted.notes, left - gap)),
      sideBySide,
      gap,
    };
  }
  const facts = take(wanted.facts);
  const forNotes = wanted.notes > 0 ? Math.min(wanted.notes, leastNotes) + gap : 0;
  const donors = take(donorRows(Math.max(1, left - forNotes), wanted.donors));
  return { phases, facts, donors, summary, notes: take(Math.min(wanted.notes, left - gap)), sideBySide, gap };
}

/** A row each if there is room for all of them, else one for all. */
function donorRows(room: number, donors: number): number {
  return room >= donors ? donors : Math.max(0, Math.min(1, room));
}
