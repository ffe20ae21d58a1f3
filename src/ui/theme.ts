import type { PhaseState } from '../core/sync/snapshot.ts';
import { coloursAllowed } from './colour.ts';
import { wantsPlain } from './plain-wish.ts';

/** What a piece of text means; the theme says how that looks. Colour never says it alone: a word or a symbol does too. */
export type Role = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'warning' | 'active';

/**
 * Six of the sixteen colours that every terminal has, and that its own scheme makes legible. Not among them: bright ones, which vanish on
 * light grounds, and black and white, of which one always is the ground.
 */
export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue';

/** Properties for Ink's Text; empty without colours, so that no escape can come of them. */
export interface TextStyle {
  color?: Colour;
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
  /** Words and sentences alone, as for a screen reader: nothing is drawn, and signs are words. */
  plain: boolean;
}

const onDark: Theme['styles'] = {
  plain: {},
  strong: { bold: true },
  quiet: { dimColor: true },
  good: { color: 'green' },
  bad: { color: 'red', bold: true },
  warning: { color: 'yellow' },
  active: { color: 'cyan' },
};
/** Yellow and cyan are pale on a light ground. */
const onLight: Theme['styles'] = { ...onDark, warning: { color: 'magenta' }, active: { color: 'blue' } };
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

const plainSigns = {
  ...asciiSigns,
  symbols: {
    waiting: 'waiting:',
    running: 'running:',
    done: 'done:',
    skipped: 'skipped:',
    failed: 'failed:',
    stopped: 'stopped:',
    warning: 'warning:',
    info: 'note:',
  },
  arrow: 'to',
} as const;

/**
 * The theme for this terminal, by its locale (LC_ALL, LC_CTYPE, LANG), by its ground, and by what was said about colours and drawings.
 */
export function themeFor(argv: readonly string[], env: NodeJS.ProcessEnv): Theme {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const unicode = /utf-?8/i.test(locale) || process.platform === 'win32';
  const plain = wantsPlain(argv, env);
  const coloured = hasLightGround(env) ? onLight : onDark;
  return {
    styles: coloursAllowed(argv, env) ? coloured : noColours,
    ...(plain ? plainSigns : unicode ? unicodeSigns : asciiSigns),
    unicode,
    plain,
  };
}

/** FORESYNC_THEME says it, or else COLORFGBG, which some terminals set: the last of its numbers is the ground's. */
function hasLightGround({ FORESYNC_THEME, COLORFGBG = '' }: NodeJS.ProcessEnv): boolean {
  if (FORESYNC_THEME === 'light' || FORESYNC_THEME === 'dark') return FORESYNC_THEME === 'light';
  return /;(7|15)$/.test(COLORFGBG);
}

/** A bar of exactly `width` cells for a share from 0 to 1. Full only for all of it. Nothing where nothing is drawn. */
export function bar(share: number, width: number, { barCells, plain }: Theme): string {
  if (plain) return '';
  const empty = barCells[0] ?? ' ';
  const full = barCells.at(-1) ?? '#';
  const parts = barCells.length - 1;
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * width * parts);
  const partial = filled % parts === 0 ? '' : (barCells[filled % parts] ?? '');
  return (full.repeat(Math.floor(filled / parts)) + partial).padEnd(width, empty);
}

/** One cell a value, the last `width` values, scaled to the highest of them. Nothing where nothing is drawn. */
export function sparkline(values: readonly number[], width: number, { sparkCells, plain }: Theme): string {
  if (plain) return '';
  const shown = width > 0 ? values.slice(-width) : [];
  const highest = Math.max(0, ...shown);
  return shown
    .map((value) => sparkCells[value > 0 ? Math.ceil((value / highest) * (sparkCells.length - 1)) : 0])
    .join('');
}
