export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** Three figures say more about a shared machine than a mean does. Of no values at all: not a number. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return { median: (low + high) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

export function roundedSpread({ median, least, most }: Spread): Spread {
  return { median: rounded(median), least: rounded(least), most: rounded(most) };
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** Values by name, in the order in which the names came. */
export class Grouped {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    this.#values.set(name, [...this.of(name), value]);
  }

  of(name: string): readonly number[] {
    return this.#values.get(name) ?? [];
  }

  names(): Iterable<string> {
    return this.#values.keys();
  }
}
