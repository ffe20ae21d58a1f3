import type { Theme } from '../theme.ts';

/**
 * A column a value, drawn in eighths of a cell where the terminal has them; lines from top to bottom, as wide as there are values.
 * `top` is the value of a full column. Our own, because packages for this draw a line or whole cells (asciichart,
 * simple-ascii-chart), an eighth of the steps in the same room, and mark time by the number of the value.
 */
export function columnPlot(values: readonly number[], height: number, top: number, theme: Theme): string[] {
  const cells = [' ', ...theme.sparkCells.slice(1)];
  const parts = cells.length - 1;
  // What is more than nothing shows.
  const heights = values.map((value) =>
    value > 0 ? Math.max(1, Math.round((Math.min(value, top) / top) * height * parts)) : 0,
  );
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * parts;
    return heights.map((filled) => cells[Math.min(parts, Math.max(0, filled - below))]).join('');
  });
}

/** The next number of few digits, whose half has few digits too: a scale to that can be read. */
export function roundTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor =
    [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}
