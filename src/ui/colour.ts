/**
 * Whether colours may be used: not with `--no-color`, a NO_COLOR that is not empty (https://no-color.org), or a dumb
 * terminal.
 */
export function coloursAllowed(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  return !flags.includes('--no-color') && !env.NO_COLOR && env.TERM !== 'dumb';
}
