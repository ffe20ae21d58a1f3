import { type Content, type Markup, markup } from './markup.ts';

/** A column has figures, which stand at its right edge, or texts. */
export interface Column {
  title: string;
  isFigure?: boolean;
}

/** The first column names what a row is about. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  const kind = (index: number) => (columns[index]?.isFigure ? 'figure' : 'text');
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title }, index) => markup`<th scope="col" class="${kind(index)}">${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      markup`<tr>${row.map((cell, index) =>
        index === 0
          ? markup`<th scope="row" class="${kind(index)}">${cell}</th>`
          : markup`<td class="${kind(index)}">${cell}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

const mostRows = 24;

/** So many rows that a reader can take them in: the first, the last, and some evenly between. */
export function fewOf<T>(rows: readonly T[]): T[] {
  if (rows.length <= mostRows) return [...rows];
  const step = (rows.length - 1) / (mostRows - 1);
  return Array.from({ length: mostRows }, (_, index) => rows[Math.round(index * step)] as T);
}
