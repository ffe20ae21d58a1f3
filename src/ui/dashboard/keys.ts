import type { RunSnapshot } from '../../core/sync/snapshot.ts';
import { formatByteRate } from '../format.ts';
import { faster, slower } from './limit-steps.ts';

/** What is shown, and for the log from which of its lines; `end` follows what comes. */
export interface Face {
  page: 'run' | 'help' | 'log' | 'quit';
  logFrom: number | 'end';
}

export const firstFace: Face = { page: 'run', logFrom: 'end' };

/** What a key asks for beside another face. */
export type Wish =
  | { type: 'pause'; isPaused: boolean }
  | { type: 'limit'; bytesPerSecond: number | undefined }
  /** To be told among the events. */
  | { type: 'say'; text: string }
  | { type: 'stop' }
  | { type: 'suspend' };

/** What keys need to know. */
export interface KeyContext {
  run: RunSnapshot;
  canSteer: boolean;
  isStopping: boolean;
  /** Lines of the log that fit the screen. */
  logRows: number;
  /** The first line of the log's last screenful. */
  lastFrom: number;
}

export interface Pressed {
  face: Face;
  wish?: Wish;
}

/** What becomes of a key: a character, or a name such as `up`, `escape`, `ctrl-c`. Keys without a meaning change nothing. */
export function press(key: string, face: Face, context: KeyContext): Pressed {
  if (key === 'ctrl-c') return { face, wish: { type: 'stop' } };
  if (key === 'ctrl-z') return { face, wish: { type: 'suspend' } };
  if (face.page === 'quit') return answer(key, face);
  const wish = context.canSteer && !context.isStopping ? steer(key, context.run) : undefined;
  if (wish) return { face, wish };
  if (face.page === 'log' && key in moves) return { face: { ...face, logFrom: scroll(key, face, context) } };
  return { face: turn(key, face, context) };
}

/** Only a clear yes stops a run. */
function answer(key: string, face: Face): Pressed {
  if (key === 'y' || key === 'Y') return { face: { ...face, page: 'run' }, wish: { type: 'stop' } };
  return { face: ['n', 'N', 'q', 'escape', 'enter'].includes(key) ? { ...face, page: 'run' } : face };
}

function steer(key: string, run: RunSnapshot): Wish | undefined {
  switch (key) {
    case 'p':
      return { type: 'pause', isPaused: run.pausedSinceMs === undefined };
    case '-':
    case '_':
      return slowDown(run);
    case '+':
    case '=':
      return { type: 'limit', bytesPerSecond: faster(run) };
    default:
      return undefined;
  }
}

function slowDown(run: RunSnapshot): Wish {
  const bytesPerSecond = slower(run);
  if (bytesPerSecond !== undefined || !run.limit) return { type: 'limit', bytesPerSecond };
  const now = formatByteRate(run.limit.bytesPerSecond);
  return {
    type: 'say',
    text: `Sends no more than ${now} already: - goes no lower, 'foresync throttle' does.`,
  };
}

function turn(key: string, face: Face, { isStopping }: KeyContext): Face {
  switch (key) {
    case '?':
    case 'h':
      return { ...face, page: face.page === 'help' ? 'run' : 'help' };
    case 'l':
      return { page: face.page === 'log' ? 'run' : 'log', logFrom: 'end' };
    case 'escape':
      return { ...face, page: 'run' };
    case 'q':
      if (face.page !== 'run') return { ...face, page: 'run' };
      return isStopping ? face : { ...face, page: 'quit' };
    default:
      return face;
  }
}

/** By how many lines, or screenfuls, a key moves through the log. */
const moves: Readonly<Record<string, { lines?: number; screens?: number; to?: 'start' | 'end' }>> = {
  up: { lines: -1 },
  k: { lines: -1 },
  down: { lines: 1 },
  j: { lines: 1 },
  pageup: { screens: -1 },
  b: { screens: -1 },
  pagedown: { screens: 1 },
  ' ': { screens: 1 },
  home: { to: 'start' },
  g: { to: 'start' },
  end: { to: 'end' },
  G: { to: 'end' },
};

function scroll(key: string, { logFrom }: Face, { logRows, lastFrom }: KeyContext): Face['logFrom'] {
  const { lines = 0, screens = 0, to } = moves[key] ?? {};
  if (to === 'end') return 'end';
  const from = to === 'start' ? 0 : (logFrom === 'end' ? lastFrom : logFrom) + lines + screens * logRows;
  return from >= lastFrom ? 'end' : Math.max(0, from);
}
