import { wordsOf } from './flags.ts';

/**
 * Whether words alone are wanted, without drawings and without a screen that is drawn again and again: by `--plain`, FORESYNC_PLAIN, or
 * INK_SCREEN_READER, by which other programs of this kind know a screen reader.
 */
export function wantsPlain(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const isSet = (value: string | undefined) =>
    value !== undefined && value !== '' && value !== '0' && value !== 'false';
  return wordsOf(argv).includes('--plain') || isSet(env.FORESYNC_PLAIN) || isSet(env.INK_SCREEN_READER);
}
