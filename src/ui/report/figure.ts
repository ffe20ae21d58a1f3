import { type Content, type Markup, markup } from './markup.ts';
import { type PlotSize, plotSizes } from './plot.ts';

/** A drawing with all that a reader who cannot see it, or its colours, needs. */
export interface Figure {
  /** Names it within the page. */
  id: string;
  title: string;
  /** What there is to see, in a sentence or two. */
  lead: Content;
  /** The same for those who cannot see it. */
  description: string;
  height: number;
  /** How wide it is in a wide window, where not as wide as the page: then its figures stand beside it. */
  wideWidth?: number;
  draw(size: PlotSize): Markup;
  legend?: Markup;
  note?: Content;
  /** The figures themselves. */
  tables: Markup;
}

export function figureSection(figure: Figure): Markup {
  const { id, title, lead, description, height, wideWidth, draw, legend, note, tables } = figure;
  const drawings = plotSizes.map((usual) => {
    const size = usual.name === 'wide' && wideWidth !== undefined ? { ...usual, width: wideWidth } : usual;
    const name = `${id}-${size.name}`;
    return markup`<svg class="${size.name}" viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="${name}-title ${name}-text"><title id="${name}-title">${title}</title><desc id="${name}-text">${description}</desc>${draw(size)}</svg>`;
  });
  const drawn = markup`<figure>${drawings}${legend}</figure>`;
  const noted = note === undefined ? '' : markup`<p class="note">${note}</p>`;
  const shown =
    wideWidth === undefined
      ? markup`${drawn}${noted}<details><summary>The figures</summary>${tables}</details>`
      : markup`<div class="beside">${drawn}${tables}</div>${noted}`;
  return section(id, title, markup`<p>${lead}</p>${shown}`);
}

/** A section that says why it has nothing to show, and how to get it. */
export function missingSection(id: string, title: string, why: string, how: Content): Markup {
  return section(
    id,
    title,
    markup`<p class="missing"><span aria-hidden="true">○ </span>${why}</p>${how === undefined ? '' : markup`<p>${how}</p>`}`,
  );
}

export function section(id: string, title: string, content: Content): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

/** What the marks of a drawing mean. `mark` is a class of the style sheet. */
export function legendOf(entries: readonly { mark: string; text: Content }[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ mark, text }) =>
      markup`<li><svg viewBox="0 0 28 14" aria-hidden="true"><g class="${mark}">${sampleOf(mark)}</g></svg>${text}</li>`,
  )}</ul>`;
}

function sampleOf(mark: string): Markup {
  if (mark.startsWith('area '))
    return markup`<rect class="fill" width="28" height="14"/><rect class="hatch" width="28" height="14"/>`;
  if (mark.startsWith('dots ')) return markup`<circle cx="14" cy="7" r="5"/>`;
  return markup`<path d="M0 7H28"/>`;
}
