import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { printable } from '../../core/text.ts';
import { shownText } from '../ascii.ts';
import { type CellTheme, clipEndsCells } from '../cells.ts';

const nameCells = 60;
const longestText = 400;

/**
 * The run with every text that came from outside made safe for a terminal, and as a terminal can show it. What is drawn is drawn from this.
 */
export function printableRun(run: RunSnapshot, theme: CellTheme = { unicode: true }): RunSnapshot {
  const text = (given: string) => shownText(printable(given, longestText), theme);
  const name = (given: string) => clipEndsCells(printable(given, longestText), nameCells, theme);
  return {
    ...run,
    runId: name(run.runId),
    group: name(run.group),
    table: name(run.table),
    lead: name(run.lead),
    joiner: run.joiner === undefined ? undefined : name(run.joiner),
    plan: run.plan && { ...run.plan, origin: name(run.plan.origin) },
    serving: run.serving && {
      ...run.serving,
      address: text(run.serving.address),
      ...printableLog(run.serving, text),
    },
    donors: run.donors.map((donor) => ({ ...donor, donor: name(donor.donor), host: name(donor.host) })),
    notes: run.notes.map((note) => ({ ...note, text: text(note.text) })),
    error: run.error === undefined ? undefined : text(run.error),
  };
}

function printableLog({ log }: NonNullable<RunSnapshot['serving']>, text: (given: string) => string) {
  return log && { log: { host: text(log.host), file: text(log.file) } };
}
