import { utf8 } from './trust.ts';

const most = 500_000;

/** Keys that the stream has changed since verification began: their rows may differ in passing. */
export class TouchedKeys {
  readonly #keys = new Set<string>();
  #isOn = false;
  /** More than are kept: then any key may be one. */
  #isFull = false;

  begin(): void {
    this.#isOn = true;
    this.#isFull = false;
    this.#keys.clear();
  }

  /** A key as it travels, a character a byte. */
  add(key: readonly string[]): void {
    if (!this.#isOn || this.#isFull) return;
    this.#isFull = this.#keys.size >= most;
    this.#keys.add(JSON.stringify(key.map(utf8)));
  }

  has(key: readonly string[]): boolean {
    return this.#isFull || this.#keys.has(JSON.stringify(key));
  }
}
