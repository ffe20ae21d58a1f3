import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** A text in exactly so many columns of a terminal, cut or filled up at its end; a character may take two of them, or none. */
export function inColumns(text: string, columns: number, { unicode }: { unicode: boolean }): string {
  const cut = cliTruncate(text, Math.max(0, columns), unicode ? {} : { truncationCharacter: '' });
  return cut + ' '.repeat(Math.max(0, columns - stringWidth(cut)));
}
