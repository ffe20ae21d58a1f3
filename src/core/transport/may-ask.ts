import { isSwitchedOn } from '../switched-on.ts';

/** Whether a person may be asked something: there is a terminal, and neither `--no-input` nor FORESYNC_NO_INPUT forbids it. */
export function mayAsk(env: NodeJS.ProcessEnv): boolean {
  return !isSwitchedOn(env.FORESYNC_NO_INPUT) && process.stdin.isTTY === true;
}
