import stringWidth from 'string-width';

/**
 * Each text on lines of at most `width` columns, broken at spaces; a longer word is broken anywhere but inside of what is read as one character.
 * A command of foresync's counts as one word where it fits, so that it can be copied.
 */
export function wrapWords(texts: readonly string[], width: number): string[] {
  const widest = Math.max(1, width);
  return texts.flatMap((text) => (stringWidth(text) <= widest ? [text] : wrapOne(text, widest)));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const colours = /(\u001b\[[0-9;]*m)/;
/** In quotes all that is in them; else the verb, with the run and the option after it. */
const commands = /'foresync [^']*'|"foresync [^"]*"|foresync [a-z-]+( [0-9a-f]{8}\b)?( --[a-z-]+ \S+)?/g;

/** Lines as wide as that at most; what goes on below stands two columns further right than it began. */
export function fitLines(lines: readonly string[], width: number): string[] {
  return lines.flatMap((line) => {
    if (stringWidth(line) <= width) return [line];
    const indent = Math.min(line.search(/[^ ]|$/) + furtherRight, Math.floor(width / 2));
    const [first = ''] = wrapWords([line], width);
    const rest = wrapWords([line.slice(first.length).trimStart()], width - indent);
    return [first, ...rest.map((further) => ' '.repeat(indent) + further)];
  });
}

const furtherRight = 2;

function wrapOne(text: string, widest: number): string[] {
  const isInCommand = commandsIn(text, widest);
  const lines: string[] = [];
  let line = '';
  let columns = 0;
  /** Where the line may be broken; -1 where it has no space. */
  let space = -1;
  for (const { segment, index } of piecesOf(text)) {
    const more = stringWidth(segment);
    const isSpace = segment === ' ' && !isInCommand(index);
    if (columns + more > widest && line !== '') {
      const end = isSpace || space <= 0 ? line.length : space;
      lines.push(line.slice(0, end));
      line = line.slice(end + 1);
      columns = stringWidth(line);
      space = -1;
      if (isSpace) continue;
    }
    if (isSpace) space = line.length;
    line += segment;
    columns += more;
  }
  return [...lines, line];
}

/** What a reader sees as one character, and colours, which take no room. */
function* piecesOf(text: string): Iterable<{ segment: string; index: number }> {
  let from = 0;
  for (const [at, part] of text.split(colours).entries()) {
    if (at % 2 === 1) yield { segment: part, index: from };
    else for (const { segment, index } of graphemes.segment(part)) yield { segment, index: from + index };
    from += part.length;
  }
}

function commandsIn(text: string, widest: number): (index: number) => boolean {
  const ranges = [...text.matchAll(commands)]
    .filter(([command]) => stringWidth(command) <= widest)
    .map(({ index, 0: command }) => [index, index + command.length] as const);
  return (index) => ranges.some(([from, to]) => from <= index && index < to);
}
