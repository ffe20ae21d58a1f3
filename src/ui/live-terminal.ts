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
  const inCi = [env.CI, env.CONTINUOUS_INTEGRATION].some(
    (value) => value !== undefined && value !== '0' && value !== 'false',
  );
  return Boolean(stdout.isTTY && stderr.isTTY) && !inCi && env.TERM !== 'dumb' && !wantsPlain(argv, env);
}
