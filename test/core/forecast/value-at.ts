import assert from 'node:assert/strict';

/** The value at a place that must be there. */
export function valueAt<T>(values: ArrayLike<T>, place: number): T {
  const value = values[place];
  assert.ok(value !== undefined, `nothing at ${place}`);
  return value;
}
