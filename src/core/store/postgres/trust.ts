/** Which rows at the joiner are what the donor had at this point of the stream, and no later ones. Keys of the stream are texts, a character a byte. */
export class Trust {
  #holds: 'for none' | 'for most' | 'for all' = 'for none';
  /** Rows that are newer, or are not there though they should be: those that were asked for once more, or will be. */
  #others = new Set<string>();

  /** All chunks were read before what is applied by now; of the rows that were asked for once more this is not so. `keys`: in UTF-8. */
  most(keys: readonly (readonly string[])[]): void {
    this.#holds = 'for most';
    this.#others = new Set(keys.map((key) => JSON.stringify(key)));
  }

  all(): void {
    this.#holds = 'for all';
    this.#others.clear();
  }

  /** A row that is to be asked for once more: until it is, what lies under its key is nothing to go by. */
  lost(key: readonly string[]): void {
    if (this.#holds === 'for most') this.#others.add(JSON.stringify(key.map(utf8)));
  }

  of(key: readonly string[]): boolean {
    if (this.#holds !== 'for most') return this.#holds === 'for all';
    return this.#others.size === 0 || !this.#others.has(JSON.stringify(key.map(utf8)));
  }
}

export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
