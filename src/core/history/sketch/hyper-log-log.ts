import { murmur2, murmur3 } from './murmur.ts';

const indexBits = 14;

/** What the server fills has the same shape (`registerOf` in ../clickhouse/cold-keys.ts). */
export const registerCount = 2 ** indexBits;

const version = 1;
const maxRank = 33;

/**
 * About how many different keys there were, within 0.8 % (one standard error). Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog: the
 * analysis of a near-optimal cardinality estimation algorithm" (2007), with its correction for small numbers by linear counting.
 * The register comes from one hash of 32 bits and the rank from another, so the paper's correction for numbers near 2^32 is
 * not needed. 16 KB.
 */
export class HyperLogLog {
  readonly #registers = new Uint8Array(registerCount);

  add(key: Uint8Array): void {
    this.raise(murmur3(key) >>> (32 - indexBits), Math.clz32(murmur2(key)) + 1);
  }

  /** Lifts a register to a rank that somebody else found for a key. */
  raise(register: number, rank: number): void {
    if (rank > (this.#registers[register] as number)) this.#registers[register] = rank;
  }

  get keys(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount ** 2) / sum;
    const isSmall = raw <= 2.5 * registerCount && empty > 0;
    return Math.round(isSmall ? registerCount * Math.log(registerCount / empty) : raw);
  }

  /** Takes in all keys of the other. */
  merge(other: HyperLogLog): void {
    other.#registers.forEach((rank, register) => {
      this.raise(register, rank);
    });
  }

  /** A byte of version, then a byte a register. */
  toBytes(): Buffer {
    return Buffer.concat([Uint8Array.of(version), this.#registers]);
  }

  /** Undoes `toBytes`. Throws a RangeError for bytes that it did not make. */
  static fromBytes(bytes: Uint8Array): HyperLogLog {
    if (bytes[0] !== version || bytes.length !== registerCount + 1)
      throw new RangeError('not a HyperLogLog of this version');
    const sketch = new HyperLogLog();
    for (let register = 0; register < registerCount; register++) {
      const rank = bytes[register + 1] as number;
      if (rank > maxRank) throw new RangeError('a HyperLogLog with a rank that no key has');
      sketch.#registers[register] = rank;
    }
    return sketch;
  }
}
