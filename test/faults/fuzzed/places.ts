/** A value somewhere in JSON: `owner[key]`. */
export interface Place {
  owner: Record<string, unknown>;
  key: string;
}

/** Every place in a value, whatever stands there. */
export function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesOf(owner[key])]);
}
