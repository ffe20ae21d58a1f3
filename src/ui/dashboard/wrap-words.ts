import stringWidth from 'string-width';

/** Each text on lines of at most `width` columns, broken at spaces; a longer word is broken anywhere but inside of what is read as one character. */
export function wrapWords(texts: readonly string[], width: number): string[] {
  const widest = Math.max(1, width);
  return texts.flatMap((text) => (stringWidth(text) <= widest ? [text] : wrapOne(text, widest)));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function wrapOne(text: string, widest: number): string[] {
  const lines: string[] = [];
  let line = '';
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    const more = stringWidth(segment);
    if (columns + more > widest && line !== '') {
      const space = segment === ' ' ? -1 : line.lastIndexOf(' ');
      lines.push(space > 0 ? line.slice(0, space) : line);
      line = space > 0 ? line.slice(space + 1) : '';
      columns = stringWidth(line);
      if (segment === ' ') continue;
    }
    line += segment;
    columns += more;
  }
  return [...lines, line];
}
