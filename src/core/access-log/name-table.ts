const maxNameBytes = 32;
const keptNames = 64;

/**
 * Looks names up by their bytes without making a string for each line: names seen before are found by comparing
 * bytes.
 */
export class NameTable<Meaning extends string | object> {
  readonly #seen: { name: Buffer; meaning: Meaning }[] = [];
  readonly #lookUp: (name: string) => Meaning | undefined;

  constructor(lookUp: (name: string) => Meaning | undefined) {
    this.#lookUp = lookUp;
  }

  /** What the name in [start, end) means; undefined for an unknown one. */
  find(bytes: Uint8Array, start: number, end: number): Meaning | undefined {
    const length = end - start;
    for (const entry of this.#seen) {
      if (entry.name.length === length && same(entry.name, bytes, start)) return entry.meaning;
    }
    if (length > maxNameBytes) return undefined;
    const name = Buffer.from(bytes.subarray(start, end));
    const meaning = this.#lookUp(name.toString('latin1'));
    if (meaning && this.#seen.length < keptNames) this.#seen.push({ name, meaning });
    return meaning;
  }
}

function same(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
