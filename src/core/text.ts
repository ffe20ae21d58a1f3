/**
 * Makes text from outside safe to print on one terminal line: C0 and C1 control characters, line separators and
 * bidirectional overrides become visible escapes, and anything past `maxLength` characters is cut with an ellipsis, never within
 * what a reader sees as one character.
 */
export function printable(text: string, maxLength = 200): string {
  const safe = escaped(text, unsafe);
  return safe.length <= maxLength ? safe : `${wholeBeginning(safe, maxLength - 1)}…`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Longer than characters are that somebody means to be one. */
const longestGrapheme = 100;

/** The longest beginning of at most `length` UTF-16 units that ends between two characters, as far as these are no longer than usual. */
function wholeBeginning(text: string, length: number): string {
  const from = Math.max(0, length - longestGrapheme);
  const near = graphemes.segment(text.slice(from, length + longestGrapheme));
  const index = near.containing(length - from)?.index ?? 0;
  if (index > 0 || length === 0) return text.slice(0, from + index);
  return text.slice(0, /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length);
}

/** What a run is called: the beginning of its id, safe to print. */
export function shortId(runId: string): string {
  return wholeBeginning(printable(runId, 100), 8);
}

/**
 * JSON over several lines, or over one with an `indent` of 0, safe to print: what JSON itself leaves as it is, though a terminal acts
 * on it, is escaped too.
 */
export function printableJson(value: unknown, indent = 2): string {
  return escaped(JSON.stringify(value, null, indent), unsafeInJson);
}

function escaped(text: string, characters: RegExp): string {
  return text.replace(
    characters,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const unsafeInJson = /[\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
