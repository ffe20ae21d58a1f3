import type { PhaseState } from '../core/sync/snapshot.ts';
import { coloursAllowed } from './colour.ts';

/** What a piece of text means; the theme says how that looks. Colour never says it alone: a word or a symbol does too. */
export type Role = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'warning' | 'active';

/** Properties for Ink's Text; empty without colours, so that no escape can come of them. */
export interface TextStyle {
  color?: string;
  bold?: boolean;
  dimColor?: boolean;
}

/** A phase as it is shown: one that was running when the run was stopped is `stopped`. */
export type ShownState = PhaseState | 'stopped';

export interface Theme {
  styles: Readonly<Record<Role, TextStyle>>;
  symbols: Readonly<Record<ShownState | 'warning' | 'info', string>>;
  arrow: string;
  separator: string;
  /** Cells of a bar, from empty to full. */
  barCells: readonly string[];
  /** Cells of a sparkline, from nothing to the highest. */
  sparkCells: readonly string[];
  /** Cells of a heat map, from nothing to the hottest. */
  heatCells: readonly string[];
  /** Lines of a plot: a marked place on its upright axis, the axis itself, its foot, the level axis, a marked place there. */
  axis: Readonly<Record<'mark' | 'upright' | 'foot' | 'level' | 'tick', string>>;
  /** The terminal shows more than ASCII. */
  unicode: boolean;
}

const colours: Theme['styles'] = {
  plain: {},
  strong: { bold: true },
  quiet: { dimColor: true },
  good: { color: 'green' },
  bad: { color: 'red', bold: true },
  warning: { color: 'yellow' },
  active: { color: 'cyan' },
};
const noColours: Theme['styles'] = {
  plain: {},
  strong: {},
  quiet: {},
  good: {},
  bad: {},
  warning: {},
  active: {},
};

const unicodeSigns = {
  symbols: {
    waiting: '·',
    running: '●',
    done: '✓',
    skipped: '↷',
    failed: '✗',
    stopped: '■',
    warning: '!',
    info: '·',
  },
  arrow: '─▶',
  separator: ' · ',
  barCells: ['░', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  sparkCells: ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  heatCells: ['·', '░', '▒', '▓', '█'],
  axis: { mark: '┤', upright: '│', foot: '└', level: '─', tick: '┬' },
} as const;
const asciiSigns = {
  symbols: {
    waiting: '.',
    running: '>',
    done: '+',
    skipped: '-',
    failed: 'x',
    stopped: '#',
    warning: '!',
    info: '.',
  },
  arrow: '->',
  separator: ', ',
  barCells: ['.', '#'],
  sparkCells: ['.', '_', '-', '=', '*', '#'],
  heatCells: ['.', ':', '+', '*', '#'],
  axis: { mark: '+', upright: '|', foot: '+', level: '-', tick: '+' },
} as const;

/** The theme for this terminal, by its locale (LC_ALL, LC_CTYPE, LANG) and by what was said about colours. */
export function themeFor(argv: readonly string[], env: NodeJS.ProcessEnv): Theme {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const unicode = /utf-?8/i.test(locale) || process.platform === 'win32';
  return {
    styles: coloursAllowed(argv, env) ? colours : noColours,
    ...(unicode ? unicodeSigns : asciiSigns),
    unicode,
  };
}

/** A bar of exactly `width` cells for a share from 0 to 1. Full only for all of it. */
export function bar(share: number, width: number, { barCells }: Theme): string {
  const empty = barCells[0] ?? ' ';
  const full = barCells.at(-1) ?? '#';
  const parts = barCells.length - 1;
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * width * parts);
  const partial = filled % parts === 0 ? '' : (barCells[filled % parts] ?? '');
  return (full.repeat(Math.floor(filled / parts)) + partial).padEnd(width, empty);
}

/** One cell a value, the last `width` values, scaled to the highest of them. */
export function sparkline(values: readonly number[], width: number, { sparkCells }: Theme): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const highest = Math.max(0, ...shown);
  return shown
    .map((value) => sparkCells[value > 0 ? Math.ceil((value / highest) * (sparkCells.length - 1)) : 0])
    .join('');
}
