import { existsSync } from 'node:fs';
import type { LayoutChoice } from '../core/access-log/layout.ts';
import { openLogFile } from '../core/access-log/log-file.ts';
import { loadGroup, type ReplicaGroup } from '../core/group/config.ts';
import { openHistory } from '../core/history/open-history.ts';
import { ownLogOf } from '../core/metrics/own-log.ts';
import type { RunReport } from '../core/metrics/run-report.ts';
import type { StateFile } from '../core/state/open.ts';
import { readRunRequest } from '../core/state/run-progress.ts';
import { storedRequest } from '../core/sync/run-request.ts';
import type { Tuning } from '../core/tuning/try-steps.ts';
import { tuneByRun } from '../core/tuning/tune-by-run.ts';
import { parameterLabels } from '../ui/parameter-words.ts';
import { keyWishes } from './key-wishes.ts';
import { progressText } from './progress-text.ts';

export interface TuneRunOptions {
  /** Files that the run was measured by; their reads are replayed. Standard input cannot be read again. */
  logs?: readonly string[] | undefined;
  layout?: LayoutChoice | undefined;
  nowMs: number;
  dryRun: boolean;
  /** The joiner's own log was measured just now: its reads are replayed too. */
  hasOwnLog: boolean;
  /** How long confirming steps may take. */
  budgetMs?: number | undefined;
  /** Nothing is told while it goes on. */
  isQuiet: boolean;
  signal: AbortSignal;
}

/**
 * Tunes the parameters of a run's group by it, at the prices and with the pinned keys of its foresync.yaml, where that is still there. A run that did not come to its
 * good end tunes nothing: what is known of it is a part.
 */
export async function tuneRun(
  state: StateFile,
  run: RunReport,
  { logs = [], layout = {}, nowMs, dryRun, hasOwnLog, budgetMs, isQuiet, signal }: TuneRunOptions,
): Promise<Tuning[]> {
  const { figures, cameTrue, outcome } = run;
  if (!figures || outcome !== 'done') return [];
  const group = groupOf(state, run);
  const text = isQuiet ? undefined : progressText('auto');
  const files = logs.filter((log) => log !== '-');
  const own = hasOwnLog ? ownLogOf(run, { signal }) : undefined;
  try {
    return await tuneByRun(
      state,
      run,
      { figures, cameTrue },
      {
        ...{ nowMs, dryRun, budgetMs, signal, layout },
        history: openHistory(state),
        logs: [...(own ? [own] : []), ...files.map((name) => ({ name, open: () => openLogFile(name) }))],
        wishes: keyWishes({}, group),
        prices: group?.prices,
        leadReplica: group?.lead.name,
        onProgress: ({ name, done, all }) =>
          text?.show(() => `tuning: ${parameterLabels[name]}, ${done + 1} of ${all} that are tried`),
      },
    );
  } finally {
    text?.clear();
  }
}

/** Undefined where the file that the run was asked for with is gone, or is another group's by now. */
function groupOf(state: StateFile, run: RunReport): ReplicaGroup | undefined {
  const request = storedRequest(readRunRequest(state, run.id));
  if (!request || !existsSync(request.config)) return undefined;
  const group = loadGroup(request.config);
  return group.name === run.group ? group : undefined;
}
