/**
 * Whether colours may be used: not with `--no-color`, a NO_COLOR that is not empty (https://no-color.org), or a dumb
 * terminal.
 */
export function coloursAllowed(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  return !flags.includes('--no-color') && !env.NO_COLOR && env.TERM !== 'dumb';
}

/**
 * Maps what the user asked for to the one variable that chalk obeys, and Ink with it. chalk reads it once, when it is
 * imported, so this runs before anything else is imported; this file imports nothing.
 */
export function settleColours(
  argv: readonly string[] = process.argv,
  env: NodeJS.ProcessEnv = process.env,
): void {
  if (!coloursAllowed(argv, env)) env.FORCE_COLOR = '0';
}
