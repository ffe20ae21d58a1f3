import { utf8 } from './trust.ts';

const most = 500_000;

/** Keys that the stream has changed since it began: what was proven of their rows before holds no longer. */
export class TouchedKeys {
  readonly #keys = new Set<string>();
  #isOn = false;
  /** More than are kept: then any key may be one. */
  #areAll = false;

  begin(): void {
    this.#isOn = true;
    this.#areAll = false;
    this.#keys.clear();
  }

  /** A key as it travels, a character a byte. */
  add(key: readonly string[]): void {
    if (!this.#isOn || this.#areAll) return;
    if (this.#keys.size >= most) this.addAll();
    else this.#keys.add(JSON.stringify(key.map(utf8)));
  }

  /** All rows have changed at once. */
  addAll(): void {
    if (!this.#isOn) return;
    this.#areAll = true;
    this.#keys.clear();
  }

  has(key: readonly string[]): boolean {
    return this.#areAll || this.#keys.has(JSON.stringify(key));
  }

  /** Some of them, which are forgotten; `all` where it is not known any more which: then it begins anew. */
  take(count: number): readonly string[][] | 'all' {
    if (this.#areAll) {
      this.begin();
      return 'all';
    }
    const taken: string[][] = [];
    for (const key of this.#keys) {
      if (taken.length >= count) break;
      taken.push(JSON.parse(key) as string[]);
      this.#keys.delete(key);
    }
    return taken;
  }
}
