import type { RowKey, RowKeyPart } from '../row-key.ts';

/**
 * Tells in which of a plan's batches a key stands, for twelve to twenty-four bytes a key: hashes are kept, and no keys. Once in thousands of millions of times a key
 * that is not planned is taken for one that is, so nothing but an order may rest on it.
 */
export class PlanPlaces {
  readonly #hashes: Uint32Array;
  /** One more than the batch's number; 0 is free. */
  readonly #batches: Uint32Array;
  readonly #mask: number;

  /** `batches` are known by their numbers from then on. */
  constructor(batches: readonly { keys: readonly RowKey[] }[]) {
    const keys = batches.reduce((sum, batch) => sum + batch.keys.length, 0);
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, 1.5 * keys)));
    this.#mask = size - 1;
    this.#hashes = new Uint32Array(size);
    this.#batches = new Uint32Array(size);
    for (const [number, batch] of batches.entries())
      for (const key of batch.keys) this.#put(nameOf(key), number);
  }

  /** Of the batch, the first one where there are several; undefined where the key is not planned. */
  of(key: RowKey): number | undefined {
    const text = nameOf(key);
    const hash = hashOf(text, firstSeed);
    for (let at = hashOf(text, secondSeed) & this.#mask; this.#batches[at]; at = (at + 1) & this.#mask)
      if (this.#hashes[at] === hash) return (this.#batches[at] ?? 0) - 1;
    return undefined;
  }

  #put(text: string, number: number): void {
    let at = hashOf(text, secondSeed) & this.#mask;
    while (this.#batches[at]) at = (at + 1) & this.#mask;
    this.#hashes[at] = hashOf(text, firstSeed);
    this.#batches[at] = number + 1;
  }
}

/** The same for all ways to write a key: readers write numbers as texts, and access logs composite keys as JSON in a text. */
function nameOf(key: RowKey): string {
  if (Array.isArray(key)) return JSON.stringify(key.map(partName));
  const parts = typeof key === 'string' && key.startsWith('[') ? parsedParts(key) : undefined;
  return parts ? JSON.stringify(parts.map(partName)) : partName(key as RowKeyPart);
}

function partName(part: RowKeyPart): string {
  if (typeof part !== 'object') return String(part);
  return 'int' in part ? part.int : JSON.stringify(part);
}

function parsedParts(text: string): RowKeyPart[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((part) => part !== null) : undefined;
  } catch {
    // A text like any other.
    return undefined;
  }
}

const firstSeed = 0x811c9dc5;
const secondSeed = 0x9e3779b9;

/** FNV-1a over the text's UTF-16 units, mixed once more as MurmurHash3 does in the end. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
