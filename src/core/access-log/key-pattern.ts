import { compilePattern, maxPatternedBytes } from './named-groups.ts';

/** Maps a logged text to the table's key: a regular expression whose group `key` is the key, such as `/product/(?<key>\d+)`. */
export class KeyPattern {
  readonly #pattern: RegExp;

  /** Throws a usage error where the source is no regular expression or has no group `key`. */
  constructor(source: string) {
    this.#pattern = compilePattern('--key-pattern', source, ['key']);
  }

  /**
   * The key in a text, or undefined where the pattern does not match. Of more than 8 KiB only the first are looked at, and a
   * match that ends where they are cut is none: its key might go on.
   */
  find(text: Buffer): string | undefined {
    const isCut = text.length > maxPatternedBytes;
    const shown = text.toString('utf8', 0, maxPatternedBytes);
    const match = this.#pattern.exec(shown);
    // The last character may be half of one.
    if (!match || (isCut && match.index + match[0].length >= shown.length - 1)) return undefined;
    return match.groups?.key;
  }
}
