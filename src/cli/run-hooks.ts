import { existsSync } from 'node:fs';
import type { HookOptions } from '../core/sync/hooks.ts';
import type { AddReplicaRequest } from '../core/sync/run-request.ts';
import { defaultSpawn } from '../core/transport/agent-process.ts';
import { usageError } from './base-command.ts';
import { openJournal, readStandings } from './run-standings.ts';

/** Refuses what waits for planned rows where there is no plan. */
export function refuseWithoutPlan(
  { onHotReady, publishAt }: Pick<AddReplicaRequest, 'onHotReady' | 'publishAt'>,
  hasPlan: boolean,
): void {
  const flag = onHotReady !== undefined ? '--on-hot-ready' : '--publish-at hot-ready';
  if (hasPlan || (onHotReady === undefined && publishAt !== 'hot-ready')) return;
  throw usageError(
    `${flag} needs a plan: without one no row goes ahead.`,
    "Make one with 'foresync plan', and name it with --plan.",
  );
}

/** Refuses commands where there is no shell to run them. */
export function refuseWithoutShell({
  onHotReady,
  onSynced,
}: Pick<AddReplicaRequest, 'onHotReady' | 'onSynced'>): void {
  if (process.platform === 'win32' && (onHotReady ?? onSynced) !== undefined)
    throw usageError('--on-hot-ready and --on-synced need sh, which Windows does not have.');
}

/** The commands that a run is to run, with what became of them in the run that left its joiner; undefined where there are none. */
export async function hooksOf(
  { onHotReady, onSynced, joiner }: AddReplicaRequest,
  group: string,
  stateFile: string,
): Promise<HookOptions | undefined> {
  if (onHotReady === undefined && onSynced === undefined) return undefined;
  return {
    lines: {
      ...(onHotReady === undefined ? {} : { 'hot-ready': onHotReady }),
      ...(onSynced === undefined ? {} : { synced: onSynced }),
    },
    earlier: existsSync(stateFile) ? leftFor(group, joiner.name, stateFile) : undefined,
    env: process.env,
    spawn: await defaultSpawn(),
  };
}

function leftFor(group: string, joiner: string, stateFile: string): HookOptions['earlier'] {
  const state = openJournal(stateFile);
  try {
    return readStandings(state).find((one) => one.canResume && one.group === group && one.joiner === joiner)
      ?.run;
  } finally {
    state.close();
  }
}
