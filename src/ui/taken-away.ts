import type { TakenAway } from '../core/sync/take-away.ts';
import { printable } from '../core/text.ts';
import { formatBytes, formatCounted } from './format.ts';
import { wrapWords } from './wrap-words.ts';

const width = 78;

/** What was taken away, or with `dryRun` would be, a line each, for 80 columns. */
export function takenAwayLines(taken: TakenAway, { dryRun }: { dryRun: boolean }): string[] {
  const { capture, caches, staging, withdrawn, kept, slot, stays, unsynced } = taken;
  const gone = dryRun ? 'would go' : 'is gone';
  const lines: string[] = [];
  if (capture)
    lines.push(
      `The Delta Log at ${printable(capture.donor, 40)} ${gone}: ${formatCounted(capture.keys, 'key')}.`,
    );
  if (slot)
    lines.push(
      `The slot ${printable(slot.name)} at ${printable(slot.donor, 40)} ${gone}; for it ${formatBytes(slot.retainedBytes)} of WAL ${dryRun ? 'are' : 'were'} kept there.`,
    );
  if (staging) lines.push(`${printable(staging.path)} at ${printable(staging.joiner, 40)} ${gone}.`);
  if (withdrawn)
    lines.push(
      `The table in ${printable(withdrawn.path)} at ${printable(withdrawn.joiner, 40)}, which lacks rows, ${dryRun ? 'would be' : 'is'} dropped. The file stays, as applications may have it open; remove it where nothing else is in it.`,
    );
  const reached = caches
    .filter(({ reason }) => reason === undefined)
    .map(({ donor }) => printable(donor, 40));
  if (reached.length > 0)
    lines.push(
      `${dryRun ? 'Any Prefetch Cache would go at' : 'No Prefetch Cache is left at'} ${reached.join(', ')}.`,
    );
  for (const { donor, reason } of caches)
    if (reason !== undefined)
      lines.push(`A Prefetch Cache may be left at ${printable(donor, 40)}: ${printable(reason)}`);
  if (kept)
    lines.push(
      `The prefetch that it used stays at ${printable(kept.donor, 40)}; 'foresync prefetch --release' takes it away.`,
    );
  if (stays)
    lines.push(
      `What was built at ${printable(stays.joiner, 40)} ${dryRun ? 'would stay' : 'stays'}: ${printable(stays.reason, 300)} ${dryRun ? '' : 'The same command takes it away once that is mended.'}`.trim(),
    );
  if (stays?.slot)
    lines.push(
      `Its slot ${printable(stays.slot)} is kept for a subscription there. Where that server is gone for good: SELECT pg_drop_replication_slot('${printable(stays.slot)}'), at the lead.`,
    );
  if (unsynced)
    lines.push(
      `${printable(unsynced.table)} stays in its place at ${printable(unsynced.joiner, 40)}, as it was when it was put there: nothing keeps it in sync${dryRun ? '' : ' any more'}, and whoever may write to it can. DROP TABLE takes it away.`,
    );
  if (!stays && !unsynced && !capture && !staging && !withdrawn && !slot)
    lines.push('No Delta Log of its own and no half-built joiner were there.');
  return wrapWords(lines, width);
}
