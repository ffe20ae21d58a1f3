import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { printable } from '../../core/text.ts';
import { clipEndsCells } from '../cells.ts';

const nameCells = 60;
const longestText = 400;

/** The run with every text that came from outside made safe for a terminal. What is drawn is drawn from this. */
export function printableRun(run: RunSnapshot): RunSnapshot {
  const name = (text: string) => clipEndsCells(printable(text, longestText), nameCells, { unicode: true });
  return {
    ...run,
    runId: name(run.runId),
    group: name(run.group),
    table: name(run.table),
    lead: name(run.lead),
    joiner: run.joiner === undefined ? undefined : name(run.joiner),
    plan: run.plan && { ...run.plan, origin: name(run.plan.origin) },
    donors: run.donors.map((donor) => ({ ...donor, donor: name(donor.donor), host: name(donor.host) })),
    notes: run.notes.map((note) => ({ ...note, text: printable(note.text, longestText) })),
    error: run.error === undefined ? undefined : printable(run.error, longestText),
  };
}
