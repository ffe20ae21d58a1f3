import { printable } from '../../core/text.ts';

/** Text of HTML or SVG that is what it is meant to be. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in markup: all but markup is text from somewhere, and is escaped. */
export type Content = Markup | string | number | undefined | readonly Content[];

const longestText = 4000;

/** A template's own text is markup; what is put into it, as content or between the quotes of an attribute, is escaped. */
export function markup(template: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(
    template.map((piece, index) => (index === 0 ? piece : escaped(contents[index - 1]) + piece)).join(''),
  );
}

function escaped(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number')
    return printable(String(content), longestText).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return content.map(escaped).join('');
}
