import { isSwitchedOn } from '../core/switched-on.ts';
import { wordsOf } from './flags.ts';

/**
 * Whether words alone are wanted, without drawings and without a screen that is drawn again and again: by `--plain`, FORESYNC_PLAIN, or
 * INK_SCREEN_READER, by which other programs of this kind know a screen reader.
 */
export function wantsPlain(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return (
    wordsOf(argv).includes('--plain') ||
    isSwitchedOn(env.FORESYNC_PLAIN) ||
    isSwitchedOn(env.INK_SCREEN_READER)
  );
}
