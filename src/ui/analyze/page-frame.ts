import { clipCells, clipStartCells, fitCells, fitEndsCells } from '../cells.ts';
import type { Brush } from '../metrics-paint.ts';

/** What a section is drawn with: `width` is that of a line, in cells of the terminal. */
export interface PageFrame {
  brush: Brush;
  width: number;
}

const indent = 2;
export const labelWidth = 12;
const narrowest = 80;
const widest = 120;

/** Lines that are read are no wider than 120, and the page does not go below 80; where there is no terminal it has 80. */
export function frameFor(brush: Brush, columns: number | undefined): PageFrame {
  return { brush, width: Math.min(widest, Math.max(narrowest, columns ?? narrowest)) };
}

/** The cells that are left beside the labels. */
export function textWidth({ width }: PageFrame): number {
  return width - indent - labelWidth;
}

/** Less for a narrow page, more for a wide one, and between them in proportion. */
export function scaledTo({ width }: PageFrame, narrow: number, wide: number): number {
  return Math.floor(narrow + ((wide - narrow) * (width - narrowest)) / (widest - narrowest));
}

export function row(label: string, text: string, { paint }: Brush): string {
  return `${' '.repeat(indent)}${paint('quiet', label.padEnd(labelWidth))}${text}`;
}

/** Exactly so many cells; `text` is printable and has no colours. Wide characters, as in Chinese keys, take two. */
export function fit(text: string, cells: number, { brush }: PageFrame): string {
  return fitCells(text, cells, brush.theme);
}

/** As `fit`, but both ends stay: keys often begin alike. */
export function fitEnds(text: string, cells: number, { brush }: PageFrame): string {
  return fitEndsCells(text, cells, brush.theme);
}

/** At most so many cells. */
export function clip(text: string, cells: number, { brush }: PageFrame): string {
  return clipCells(text, cells, brush.theme);
}

/** The end says more of a path than its beginning. */
export function clipStart(text: string, cells: number, { brush }: PageFrame): string {
  return clipStartCells(text, cells, brush.theme);
}
