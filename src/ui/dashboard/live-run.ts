import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import type { LoggedEvent } from './event-log.ts';

/** What the screen shows of a run that is under way, all of it safe to print. */
export interface LiveRun {
  run: RunSnapshot;
  /** Oldest first. */
  events: readonly LoggedEvent[];
  /** It was asked to stop, and is on its way to a safe point. */
  isStopping: boolean;
  /** Keys can pause it and change its limit. */
  canSteer: boolean;
  /** Keys are read at all. */
  takesKeys: boolean;
  /** The command that goes on with it after a stop. */
  wayOn: string | undefined;
}
