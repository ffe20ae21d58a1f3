import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { shownText } from './ascii.ts';
import type { Theme } from './theme.ts';

/**
 * Texts in columns, measured in cells of the terminal: a Chinese character takes two, a combining mark none, a family of emoji joined to one
 * takes two. What a reader sees as one character is never cut in two. All these take text that is safe to print and has no colours, and
 * what stands in ASCII alone where the terminal shows no more.
 */
export type CellTheme = Pick<Theme, 'unicode'>;

/** More than any line has; a key of megabytes costs no more than one of this length. */
const mostLooked = 2000;

/** Exactly so many cells, from the left. */
export function fitCells(text: string, cells: number, theme: CellTheme): string {
  return padded(clipCells(text, cells, theme), cells);
}

/** Exactly so many cells, and both ends stay: keys often begin alike. */
export function fitEndsCells(text: string, cells: number, theme: CellTheme): string {
  return padded(clipEndsCells(text, cells, theme), cells);
}

/** At most so many cells, and both ends stay. */
export function clipEndsCells(text: string, cells: number, theme: CellTheme): string {
  return cut(text, cells, 'middle', theme);
}

/** At most so many cells. */
export function clipCells(text: string, cells: number, theme: CellTheme): string {
  return cut(text, cells, 'end', theme);
}

/** At most so many cells; the end stays, which says more of a path than its beginning. */
export function clipStartCells(text: string, cells: number, theme: CellTheme): string {
  return cut(text, cells, 'start', theme);
}

function cut(text: string, cells: number, position: 'start' | 'middle' | 'end', theme: CellTheme): string {
  const looked = text.length <= mostLooked ? text : ends(text, position);
  const shown = shownText(looked, theme);
  const sign = theme.unicode ? '…' : '...';
  // Where there is no room beside the sign, what is cut says more than that it was.
  const truncationCharacter = sign.length < cells ? sign : '';
  return cliTruncate(shown, Math.max(0, cells), { position, truncationCharacter });
}

/** The parts of a long text that may be seen. */
function ends(text: string, position: 'start' | 'middle' | 'end'): string {
  if (position === 'end') return text.slice(0, mostLooked);
  if (position === 'start') return text.slice(-mostLooked);
  return text.slice(0, mostLooked / 2) + text.slice(-mostLooked / 2);
}

function padded(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - stringWidth(text)));
}
