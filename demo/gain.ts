import { createReadStream } from 'node:fs';
import readline from 'node:readline';
import { createGunzip } from 'node:zlib';
import Database from 'better-sqlite3';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../src/ui/format.ts';
import { paint } from './printing.ts';
import type { Writes } from './prove-equal.ts';
import type { Stage } from './stage.ts';

/** What `foresync metrics RUN --json` tells that the last words are made of. */
export interface MeasuredRun {
  run: {
    figures: {
      plan: { sentKeys: number; expectedHitRate: number };
      moved: Record<'hot' | 'snapshot' | 'delta' | 'repair', { rows: number; wireBytes: number }>;
      hotReadyMs: number;
      inSyncMs: number;
      tableRows: number;
    };
    cameTrue: { plan: { reads: number; hits: number } };
  };
}

/** Says what was gained, from what was measured in this run alone. */
export async function showGain(
  stage: Stage,
  { run: { figures, cameTrue } }: MeasuredRun,
  replica: { name: string; file: string; log: string },
  writes: Writes,
): Promise<void> {
  const { plan, moved, hotReadyMs, inSyncMs, tableRows } = figures;
  const { reads, hits } = cameTrue.plan;
  const sentBytes = Object.values(moved).reduce((sum, { wireBytes }) => sum + wireBytes, 0);
  // Stale rows of other donors, which the lead sent again before hot-ready, are a part of the price.
  const hotBytes = moved.hot.wireBytes + moved.repair.wireBytes;
  const inTableOrder = await readsOfFirstRows(replica.file, replica.log, plan.sentKeys);
  const strong = (text: string) => paint('bold', text);
  stage.act('What was gained');
  stage.say(
    '',
    `   After ${strong(formatDuration(hotReadyMs))} ${replica.name} held the rows for ${strong(formatPercent(hits / reads))} of the reads of its`,
    `   first day (the plan had expected ${formatPercent(plan.expectedHitRate)}). These were ${formatPercent(plan.sentKeys / tableRows)} of the rows:`,
    `   ${formatBytes(hotBytes)} of the ${formatBytes(sentBytes)} that were sent in all.`,
    `   The same number of rows in the table's own order would have met ${formatPercent(inTableOrder)}.`,
    '',
    `   All ${formatCount(tableRows)} rows were there after ${strong(formatDuration(inSyncMs))}, proven equal. The shop went on`,
    `   selling all the while, ${formatCount(writes.transactions)} transactions; the longest took ${formatDuration(writes.longestMs)}.`,
  );
}

/** The share of a log's reads that a copy in the table's order could answer once it has so many rows. */
async function readsOfFirstRows(file: string, log: string, rows: number): Promise<number> {
  const db = new Database(file, { readonly: true });
  const first = new Set(db.prepare('SELECT sku FROM items ORDER BY rowid LIMIT ?').pluck().iterate(rows));
  db.close();
  let [reads, served] = [0, 0];
  for await (const line of readline.createInterface({ input: createReadStream(log).pipe(createGunzip()) })) {
    const [, op, sku] = line.split(',');
    if (op !== 'read') continue;
    reads += 1;
    if (first.has(sku)) served += 1;
  }
  return served / reads;
}
