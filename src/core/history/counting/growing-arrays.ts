/** A copy of a typed array with at least `length` places, or the array itself where it has them. */
export function grown<T extends Int32Array | Float64Array>(array: T, length: number): T {
  if (array.length >= length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2));
  larger.set(array as never);
  return larger;
}
