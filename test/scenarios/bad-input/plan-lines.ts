/** The lines of a plan file for these keys. */
export function planLines(keys: readonly unknown[], more: Record<string, unknown> = {}): string[] {
  const header = {
    ...{ kind: 'foresync.plan', version: 1, group: 'shop', table: 'items' },
    ...{ origin: new Date().toISOString(), horizonMs: 86_400_000, model: 'test' },
    ...{ minConfidence: 0, entries: keys.length, expectedHitRate: 0.5 },
    ...more,
  };
  const expected = {
    confidence: 0.9,
    expectedAt: '2026-01-01T01:00:00.000Z',
    expectedReads: 1,
    expectedWrites: 0,
  };
  return [header, ...keys.map((key) => ({ key, ...expected, model: 'test' }))].map((line) =>
    JSON.stringify(line),
  );
}
