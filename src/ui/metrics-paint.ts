import chalk, { type ChalkInstance, chalkStderr } from 'chalk';
import { columnsOf } from './columns-of.ts';
import { type Role, type TextStyle, type Theme, themeFor } from './theme.ts';

/** How texts are drawn: signs that the terminal can show, and colours that only repeat what a word or sign says. */
export interface Brush {
  symbols: Theme['symbols'];
  arrow: string;
  /** Stands before a command that may come next. */
  next: string;
  separator: string;
  theme: Theme;
  /** Columns of a page, no more than the terminal has: 80, or fewer. */
  width: number;
  /** Rows of tables are told as sentences: for a screen reader, and where a table has no room. */
  asSentences: boolean;
  paint(role: Role, text: string): string;
}

/** Tables are made for so many. */
const pageColumns = 80;
const narrowestPage = 30;

/** For what is written to that stream: chalk itself leaves colours out where it is no terminal. */
export function brushFor(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stream: 'stdout' | 'stderr' = 'stdout',
): Brush {
  const theme = themeFor(argv, env);
  const ink = stream === 'stdout' ? chalk : chalkStderr;
  const width = Math.max(narrowestPage, Math.min(pageColumns, columnsOf(process[stream]) ?? pageColumns));
  const arrow = theme.plain ? 'to' : theme.unicode ? '→' : '->';
  return {
    theme,
    width,
    asSentences: theme.plain || width < pageColumns,
    symbols: theme.symbols,
    arrow,
    next: theme.plain ? 'next:' : arrow,
    separator: theme.separator,
    paint: (role, text) => painted(theme.styles[role], text, ink),
  };
}

function painted({ color, bold, dimColor }: TextStyle, text: string, ink: ChalkInstance): string {
  const coloured = color === undefined ? text : ink[color](text);
  const weighed = bold ? ink.bold(coloured) : coloured;
  return dimColor ? ink.dim(weighed) : weighed;
}
