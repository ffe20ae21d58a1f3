import { wordsOf } from './flags.ts';

/**
 * Whether colours may be used, by the first of these that says something: `--no-color`; a NO_COLOR that is not empty
 * (https://no-color.org); FORCE_COLOR (0 or false: none); a dumb terminal, which has none. Where nothing says so they are for terminals alone.
 */
export function coloursAllowed(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  if (wordsOf(argv).includes('--no-color') || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return env.TERM !== 'dumb';
}
