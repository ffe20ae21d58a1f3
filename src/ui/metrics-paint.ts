import chalk from 'chalk';
import { type Role, type Theme, themeFor } from './theme.ts';

/** How metrics are drawn: signs that the terminal can show, and colours that only repeat what a word or sign says. */
export interface Brush {
  symbols: Theme['symbols'];
  arrow: string;
  separator: string;
  theme: Theme;
  paint(role: Role, text: string): string;
}

const paints: Record<Role, (text: string) => string> = {
  plain: (text) => text,
  strong: chalk.bold,
  quiet: chalk.dim,
  good: chalk.green,
  bad: chalk.red.bold,
  warning: chalk.yellow,
  active: chalk.cyan,
};

/** chalk itself leaves colours out where they are not wanted. */
export function brushFor(argv: readonly string[], env: NodeJS.ProcessEnv): Brush {
  const theme = themeFor(argv, env);
  return {
    theme,
    symbols: theme.symbols,
    arrow: theme.unicode ? '→' : '->',
    separator: theme.separator,
    paint: (role, text) => paints[role](text),
  };
}
