import { existsSync } from 'node:fs';
import { openState } from '../core/state/open.ts';
import { readParameters, usualParameters } from '../core/state/parameters.ts';

/** How long hot rows may take, where no flag says it. Makes no state file. */
export function tunedPrefetchTimeoutMs(group: string, stateFile: string): number {
  if (!existsSync(stateFile)) return usualParameters.prefetchTimeoutMs;
  const state = openState(stateFile);
  try {
    return readParameters(state, group).prefetchTimeoutMs ?? usualParameters.prefetchTimeoutMs;
  } finally {
    state.close();
  }
}
