/**
 * Numbers in [0, 1) by xoshiro128** of Blackman and Vigna (2018); the state is filled from the seed by the SplitMix32
 * mixer. The same seed gives the same numbers.
 */
export function xoshiro128(seed: number): () => number {
  let mixed = seed >>> 0;
  const next32 = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let [a, b, c, d] = [next32(), next32(), next32(), next32()];
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}
