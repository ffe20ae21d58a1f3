/** Lets work go ahead while what is held stays within a bound; what is taken last may pass it. */
export class ByteGate {
  readonly #limitBytes: number;
  #heldBytes = 0;
  #waiting: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get isFull(): boolean {
    return this.#heldBytes > this.#limitBytes;
  }

  /** Resolves when there is room. */
  async room(): Promise<void> {
    while (this.isFull) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  take(bytes: number): void {
    this.#heldBytes += bytes;
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
