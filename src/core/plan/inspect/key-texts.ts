import { orderHash } from '../../history/segments/order-hash.ts';

/** Ends a text. No byte of UTF-8 has this value, so that nothing that is searched for can span two texts. */
const endByte = 0xff;
/** Texts are searched in pieces of about this size, so that a search can stop between two. */
const pageBytes = 1 << 20;
/** Of a longer text only the beginning is held. */
const heldBytes = 256;

/** A page of texts, one behind the other. */
interface Page {
  bytes: Buffer;
  /** The number of its first text. */
  first: number;
}

/**
 * Many short texts in little memory: their UTF-8 and 4 bytes each. They are numbered from 0 in the order in which they were added. Of one longer than
 * 256 bytes the beginning alone is held, and half a surrogate pair is held as U+FFFD; `isWhole` says so.
 */
export class KeyTexts {
  readonly #pages: Page[] = [];
  #starts: Uint32Array;
  readonly #cut = new Set<number>();
  #open = Buffer.allocUnsafe(pageBytes);
  #at = 0;
  #first = 0;
  #count = 0;

  constructor(expected: number) {
    this.#starts = new Uint32Array(Math.max(16, expected));
  }

  get length(): number {
    return this.#count;
  }

  add(text: string): void {
    if (this.#at + heldBytes + 8 > pageBytes) this.#closePage();
    if (this.#count === this.#starts.length) {
      const longer = new Uint32Array(this.#starts.length * 2);
      longer.set(this.#starts);
      this.#starts = longer;
    }
    this.#starts[this.#count] = this.#at;
    // Never a part of a character: what does not fit whole is left out.
    const { read, written } = this.#encode(text);
    if (read < text.length || !text.isWellFormed()) this.#cut.add(this.#count);
    this.#at += written;
    this.#open[this.#at++] = endByte;
    this.#count++;
  }

  /** No more texts come. */
  finish(): void {
    this.#closePage();
    this.#open = Buffer.alloc(0);
  }

  /** The text, or as much of it as is held. */
  at(number: number): string {
    return this.#bytesOf(number).toString();
  }

  /** Whether two texts are the same as far as they are held. */
  sameAs(number: number, other: KeyTexts, otherNumber: number): boolean {
    return this.#bytesOf(number).equals(other.#bytesOf(otherNumber));
  }

  isWhole(number: number): boolean {
    return !this.#cut.has(number);
  }

  /** A hash of each text as far as it is held: the same text, the same hash, in whichever texts it is. */
  hashes(): Uint32Array {
    const hashes = new Uint32Array(this.#count);
    for (const { bytes, first } of this.#pages) {
      for (let number = first, start = 0; start < bytes.length; number++) {
        const end = bytes.indexOf(endByte, start);
        hashes[number] = orderHash(bytes, start, end);
        start = end + 1;
      }
    }
    return hashes;
  }

  get pages(): number {
    return this.#pages.length;
  }

  /** Sets to 1 what stands in `found` for the texts of one page that hold `needle`, as far as they are held; returns how many. */
  find(needle: Buffer, page: number, found: Uint8Array): number {
    const { bytes, first } = this.#pages[page] as Page;
    const end = this.#pages[page + 1]?.first ?? this.#count;
    let count = 0;
    for (let number = first, at = bytes.indexOf(needle); at >= 0; count++) {
      number = this.#holding(at, number, end);
      found[number++] = 1;
      at = number < end ? bytes.indexOf(needle, this.#starts[number]) : -1;
    }
    return count;
  }

  /** The texts that are not held whole, ascending. */
  cut(): Iterable<number> {
    return this.#cut;
  }

  #encode(text: string): { read: number; written: number } {
    const room = this.#open.subarray(this.#at, this.#at + heldBytes);
    return new TextEncoder().encodeInto(text, room);
  }

  #closePage(): void {
    if (this.#at === 0) return;
    this.#pages.push({ bytes: Buffer.from(this.#open.subarray(0, this.#at)), first: this.#first });
    this.#first = this.#count;
    this.#at = 0;
  }

  #bytesOf(number: number): Buffer {
    const { bytes } = this.#pageOf(number);
    const start = this.#starts[number] as number;
    return bytes.subarray(start, bytes.indexOf(endByte, start));
  }

  #pageOf(number: number): Page {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pages[middle] as Page).first <= number) low = middle;
      else high = middle - 1;
    }
    return this.#pages[low] as Page;
  }

  /** The text of [from, end) whose bytes hold the place; near ones are found soonest. */
  #holding(at: number, from: number, end: number): number {
    let low = from;
    let step = 1;
    while (low + step < end && (this.#starts[low + step] as number) <= at) {
      low += step;
      step *= 2;
    }
    for (; step >= 1; step /= 2)
      if (low + step < end && (this.#starts[low + step] as number) <= at) low += step;
    return low;
  }
}
