const signs: Readonly<Record<string, string>> = {
  '…': '...',
  '→': '->',
  '✓': '+',
  '✗': 'x',
  '·': '.',
  '—': '-',
  '–': '-',
  '“': '"',
  '”': '"',
  '’': "'",
  '‘': "'",
  '×': 'x',
};

/**
 * Text for a terminal that shows ASCII alone: signs of foresync's own become what they stand for, and all other characters become visible
 * escapes. What is ASCII already stays as it is, so this may be repeated.
 */
export function asciiText(text: string): string {
  return text.replace(
    /\P{ASCII}/gu,
    (sign) => signs[sign] ?? `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Text as the terminal can show it. */
export function shownText(text: string, { unicode }: { unicode: boolean }): string {
  return unicode ? text : asciiText(text);
}
