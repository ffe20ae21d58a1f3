import path from 'node:path';
import { ForesyncError, refusalOf } from '../core/errors.ts';
import { newestOfEach, prometheusText } from '../core/metrics/prometheus.ts';
import { reportOf } from '../core/metrics/run-report.ts';
import { replaceFile } from '../core/replace-file.ts';
import type { StateFile } from '../core/state/open.ts';
import { printable } from '../core/text.ts';
import { formatCounted } from '../ui/format.ts';
import { begunRuns } from './begun-runs.ts';

/** As far back as joiners are looked for. */
const searchedRuns = 1000;
/** A collector runs as another user. */
const mode = 0o644;

/**
 * Writes the newest run of each joiner for a collector of text files, in place of what was there, or with `dryRun` only says so; `state` is undefined where there is none yet. Throws `prometheus-unwritable` (kind
 * `io`).
 */
export async function writeForCollector(
  file: string,
  state: StateFile | undefined,
  { dryRun, print }: { dryRun: boolean; print(lines: readonly string[]): void },
): Promise<{ prometheus: { file: string; runs: number; dryRun: boolean } }> {
  const target = path.resolve(file);
  const stored = state ? begunRuns(state, { command: 'add-replica', limit: searchedRuns }).runs : [];
  const runs = newestOfEach(stored.map(reportOf));
  try {
    if (!dryRun) await replaceFile(target, prometheusText(runs), { mode });
  } catch (error) {
    throw new ForesyncError(
      'io',
      'prometheus-unwritable',
      `${printable(file)} cannot be written: ${refusalOf(error)}.`,
      { hint: 'Check the folder, its permissions and its free space.', cause: error },
    );
  }
  const what = `${formatCounted(runs.length, 'run')}, the newest of each joiner`;
  print([dryRun ? `${printable(file)} would have ${what}.` : `${printable(file)} has ${what}.`]);
  return { prometheus: { file: target, runs: runs.length, dryRun } };
}
