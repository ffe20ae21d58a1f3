/** More would be of no use: so many ranges are compared in no time. */
const mostCuts = 8192;

/** Where the copy cut the table, for the comparison to walk in the same steps; of very many cuts every second one is forgotten, again and again. */
export class KeptCuts {
  #cuts: string[][] = [];
  #every = 1;
  #seen = 0;

  /** In the order of the table. */
  add(cut: readonly string[]): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.#cuts.push([...cut]);
    if (this.#cuts.length < mostCuts) return;
    this.#cuts = this.#cuts.filter((_, place) => place % 2 === 0);
    this.#every *= 2;
  }

  get cuts(): readonly (readonly string[])[] {
    return this.#cuts;
  }
}
