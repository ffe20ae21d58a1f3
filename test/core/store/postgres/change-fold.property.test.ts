import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChangeFold } from '../../../../src/core/store/postgres/change-fold.ts';
import type { ChangedValue } from '../../../../src/core/store/postgres/pgoutput.ts';
import { Trust } from '../../../../src/core/store/postgres/trust.ts';

/** A table of a key and two values, of which the second may be left out of an update. */
type Table = Map<string, string[]>;

type Change =
  | { kind: 'insert'; key: string; value: string }
  | { kind: 'delete'; key: string }
  | { kind: 'update'; key: string; to: string; value: string; large: string | undefined };

const keys = ['a', 'b', 'c', 'd'];
const key = fc.constantFrom(...keys);
const value = fc.constantFrom('1', '2', '3');
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      key,
      to: key,
      value,
      large: fc.option(value, { nil: undefined, freq: 1 }),
    }),
  },
);

/** Does to the donor's table what the change says, where it can be; gives what the stream says of it. */
function atDonor(table: Table, change: Change): ((fold: ChangeFold) => void) | undefined {
  const row = table.get(change.key);
  if (change.kind === 'insert') {
    if (row) return undefined;
    const added = [change.key, change.value, `large ${change.value}`];
    table.set(change.key, added);
    return (fold) => fold.insert(added);
  }
  if (!row) return undefined;
  table.delete(change.key);
  if (change.kind === 'delete') return (fold) => fold.delete([change.key, null, null]);
  const moves = change.to !== change.key;
  const to = moves && table.has(change.to) ? change.key : change.to;
  const changed = [to, change.value, change.large ?? (row[2] as string)];
  table.set(to, changed);
  const told: ChangedValue[] = [to, change.value, change.large];
  return (fold) =>
    fold.update(told, to === change.key ? undefined : [change.key, null, null], { oldIsKey: true });
}

/** What `Applier` does in SQL. */
function flush(fold: ChangeFold, table: Table, refetch: Set<string>, trust: Trust): void {
  const { gone, lost, rows, parts } = fold.take();
  const completed = parts.flatMap(({ row, source }) => {
    const under = table.get(source[0] as string);
    return under ? [row.map((one, place) => (one === undefined ? under[place] : one)) as string[]] : [];
  });
  for (const [goneKey] of [...gone, ...lost]) table.delete(goneKey as string);
  for (const key of lost) {
    trust.lost(key);
    refetch.add(key[0] as string);
  }
  for (const row of [...(rows as string[][]), ...completed]) table.set(row[0] as string, row);
}

test('whenever each key was read, folded changes lead to the state that the donor has, however they are cut', () => {
  const moments = fc.array(fc.nat(40), { minLength: keys.length, maxLength: keys.length });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(change, fc.boolean()), { maxLength: 40 }),
      moments,
      fc.nat(10),
      (changes, readAt, step) => {
        const donor: Table = new Map([['a', ['a', '0', 'large 0']]]);
        const states: Table[] = [new Map(donor)];
        const stream = changes.map(([one]) => {
          const told = atDonor(donor, one);
          states.push(new Map(donor));
          return told;
        });
        const stateAt = (moment: number) => states[Math.min(moment, changes.length)] as Table;
        const joiner: Table = new Map();
        for (const [place, one] of keys.entries()) {
          const row = stateAt(readAt[place] as number).get(one);
          if (row) joiner.set(one, row);
        }
        const trust = new Trust();
        const replay = (from: number, to: number) => {
          const refetch = new Set<string>();
          const fold = new ChangeFold([0], (one) => trust.of(one));
          for (let place = from; place < to; place++) {
            stream[place]?.(fold);
            if (changes[place]?.[1]) flush(fold, joiner, refetch, trust);
          }
          flush(fold, joiner, refetch, trust);
          return refetch;
        };
        // All chunks were read before; from there on rows that are asked for once more alone are newer than the stream.
        let at = Math.min(Math.max(...readAt), changes.length);
        let refetch = replay(0, at);
        while (refetch.size > 0 || at < changes.length) {
          const next = Math.min(changes.length, at + step + 1);
          for (const one of refetch) {
            const row = stateAt(next).get(one);
            if (row && !joiner.has(one)) joiner.set(one, row);
          }
          trust.most([...refetch].map((one) => [one]));
          refetch = replay(at, next);
          at = next;
        }
        assert.deepEqual([...joiner].sort(), [...donor].sort());
      },
    ),
    { numRuns: 40000 },
  );
});
