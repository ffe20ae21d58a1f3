/** Each text on lines of at most `width` characters, broken at spaces; a longer word is broken anywhere. */
export function wrapWords(texts: readonly string[], width: number): string[] {
  const widest = Math.max(1, width);
  return texts.flatMap((text) => {
    const lines: string[] = [];
    let rest = text;
    while (rest.length > widest) {
      const space = rest.lastIndexOf(' ', widest);
      lines.push(rest.slice(0, space > 0 ? space : widest));
      rest = rest.slice(space > 0 ? space + 1 : widest);
    }
    return [...lines, rest];
  });
}
