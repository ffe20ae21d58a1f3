import { existsSync } from 'node:fs';
import { loadGroup } from '../core/group/config.ts';
import { takeSlot } from '../core/sync/postgres/slots.ts';
import { printable } from '../core/text.ts';
import { takenAwayLines } from '../ui/taken-away.ts';
import { usageError } from './base-command.ts';
import { confirm } from './confirm.ts';
import { slotOptions, slotRuns } from './kept-slots.ts';
import { openJournal, readStandings } from './run-standings.ts';

interface SlotFlags {
  yes: boolean;
  'dry-run': boolean;
  config: string | undefined;
  state: string;
}

/** The run of a journal that made a slot, and can be given up as a whole; undefined where it has none. */
export function runWithSlot(stateFile: string, slot: string): string | undefined {
  if (!existsSync(stateFile)) return undefined;
  const state = openJournal(stateFile);
  try {
    const run = slotRuns(readStandings(state)).get(slot);
    return run?.canAbort ? run.id : undefined;
  } finally {
    state.close();
  }
}

/** Takes away a slot that no run of this journal has left, as one that was made from another folder, at the lead of a group. */
export async function takeNamedSlot(
  name: string,
  flags: SlotFlags,
  { log, signal }: { log: (line: string) => void; signal: AbortSignal },
): Promise<unknown> {
  const group = loadGroup(flags.config ?? 'foresync.yaml');
  const { lead } = group;
  const dryRun = flags['dry-run'];
  if (lead.store.kind !== 'postgres')
    throw usageError(
      `${printable(lead.name)}, the lead of ${printable(group.name)}, is no PostgreSQL server, and has no slots.`,
      "--config names another group's foresync.yaml.",
    );
  const options = { ...slotOptions(group, { stallTimeoutMs }), signal };
  const found = await takeSlot(options, name, { dryRun: true });
  if (!found) {
    log(`There is no slot ${name} at ${printable(lead.name, 40)}: there is nothing to take away.`);
    return { outcome: 'nothing', dryRun };
  }
  const isMissing = found.walStatus === 'missing';
  const of = isMissing
    ? ' It has no slot, and whoever subscribes to it gets nothing.'
    : found.purpose
      ? ` It was made to build ${printable(found.purpose.joiner, 40)} of ${printable(found.purpose.group, 40)}, which must be copied anew then.`
      : ' No run here knows what it is for.';
  if (!dryRun && !flags.yes)
    await confirm(
      `Take the ${isMissing ? 'publication' : 'slot'} ${name} at ${printable(lead.name, 40)} away?${of}`,
      signal,
    );
  if (!dryRun) await takeSlot(options, name, { dryRun });
  if (isMissing) {
    log(
      `The publication ${name} at ${printable(lead.name, 40)} ${dryRun ? 'would go' : 'is gone'}; it had no slot.`,
    );
    return { outcome: 'aborted', dryRun };
  }
  const slot = { donor: lead.name, name, retainedBytes: found.retainedBytes };
  const nothing = {
    capture: undefined,
    caches: [],
    staging: undefined,
    withdrawn: undefined,
    kept: undefined,
    stays: undefined,
    unsynced: undefined,
  };
  for (const line of takenAwayLines({ ...nothing, slot, hasTable: false }, { dryRun })) log(line);
  log('What was built with it at the joiner stays: it is not known here.');
  return { outcome: 'aborted', dryRun, slot };
}

const stallTimeoutMs = 60_000;
