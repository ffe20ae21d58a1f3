import chalk, { type ChalkInstance, chalkStderr } from 'chalk';
import { type Role, type TextStyle, type Theme, themeFor } from './theme.ts';

/** How texts are drawn: signs that the terminal can show, and colours that only repeat what a word or sign says. */
export interface Brush {
  symbols: Theme['symbols'];
  arrow: string;
  /** Stands before a command that may come next. */
  next: string;
  separator: string;
  theme: Theme;
  paint(role: Role, text: string): string;
}

/** For what is written to that stream: chalk itself leaves colours out where it is no terminal. */
export function brushFor(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stream: 'stdout' | 'stderr' = 'stdout',
): Brush {
  const theme = themeFor(argv, env);
  const ink = stream === 'stdout' ? chalk : chalkStderr;
  const arrow = theme.plain ? 'to' : theme.unicode ? '→' : '->';
  return {
    theme,
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
