import { isSwitchedOn } from '../core/switched-on.ts';
import { wantsPlain } from './plain-wish.ts';

/** Whether what is drawn again and again has a reader: on a terminal that can, and not in the log of a CI system, or where words alone are wanted. */
export function isLive({
  stdout,
  stderr,
  argv = process.argv,
  env = process.env,
}: {
  stdout: { isTTY?: boolean };
  stderr: { isTTY?: boolean };
  argv?: readonly string[] | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}): boolean {
  const inCi = isSwitchedOn(env.CI) || isSwitchedOn(env.CONTINUOUS_INTEGRATION);
  return Boolean(stdout.isTTY && stderr.isTTY) && !inCi && env.TERM !== 'dumb' && !wantsPlain(argv, env);
}
