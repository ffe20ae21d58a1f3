import type { ProgressText } from './live-line.ts';

/** Passes words on progress on to where they are shown, if anywhere, and remembers the last of them for who asks. */
export class RememberedText implements ProgressText {
  readonly #shown: ProgressText | undefined;
  #last: ((nowMs: number) => string) | undefined;

  constructor(shown: ProgressText | undefined) {
    this.#shown = shown;
  }

  show(text: (nowMs: number) => string, options?: { now?: boolean }): void {
    this.#last = text;
    this.#shown?.show(text, options);
  }

  clear(): void {
    this.#shown?.clear();
  }

  /** Undefined before there was anything to show. */
  at(nowMs: number): string | undefined {
    return this.#last?.(nowMs);
  }
}
