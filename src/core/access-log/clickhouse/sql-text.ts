/** A name in backticks, whatever it holds. */
export function sqlName(name: string): string {
  return `\`${escaped(name, '`')}\``;
}

/** A string literal, whatever it holds. */
export function sqlText(text: string): string {
  return `'${escaped(text, "'")}'`;
}

function escaped(text: string, quote: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\0', '\\0');
}
