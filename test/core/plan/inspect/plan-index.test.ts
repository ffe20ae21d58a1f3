import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { findEntry } from '../../../../src/core/plan/inspect/find-entry.ts';
import { PlanIndex } from '../../../../src/core/plan/inspect/plan-index.ts';
import { searchKeys } from '../../../../src/core/plan/inspect/search-keys.ts';
import { rowKeyText } from '../../../../src/core/row-key-text.ts';
import { temporaryFolder } from '../../../support/tables.ts';
import { anyEntries, entry, indexOf, manyEntries, planFile } from './plan-examples.ts';

test('any entry of any plan is given as the file has it, and so is the text of its key', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyEntries, async (entries) => {
      const index = await indexOf(t, entries);
      assert.equal(index.length, entries.length);
      for (const [number, expected] of entries.entries()) {
        assert.deepEqual(index.entryAt(number), expected);
        assert.equal(index.at(number), rowKeyText(expected.key));
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('a search finds the keys that hold a text and no others, also behind the part that is in memory', async (t) => {
  const needles = fc.constantFrom(
    'a',
    'user',
    '1',
    ',',
    'ü',
    '"',
    '\u0000',
    'aaa',
    '\ud800',
    'nothing of it',
  );
  await fc.assert(
    fc.asyncProperty(anyEntries, needles, async (entries, text) => {
      const index = await indexOf(t, entries);
      const { found, count } = await searchKeys(index, text);
      const expected = entries.map(({ key }) => Number(asUtf8(rowKeyText(key)).includes(asUtf8(text))));
      // Half a surrogate pair is no character of its own in UTF-8; where it is searched for, it may be found too often.
      if (text !== '\ud800') assert.deepEqual([...found], expected);
      assert.equal(
        count,
        found.reduce((sum, one) => sum + one, 0),
      );
    }),
    { seed: 8, numRuns: 100 },
  );
  const long = await indexOf(t, [entry(`${'x'.repeat(5000)}end`), entry('x'.repeat(5000))]);
  assert.deepEqual([...(await searchKeys(long, 'xend')).found], [1, 0]);
});

function asUtf8(text: string): string {
  return Buffer.from(text).toString();
}

test('keys of many pages are found on all of them', async (t) => {
  const entries = Array.from({ length: 20_000 }, (_, i) => entry(`${'k'.repeat(150)}${i}`));
  const index = await indexOf(t, entries);
  assert.ok(index.keys.pages > 2);
  const { found, count } = await searchKeys(index, 'k777');
  assert.equal(count, 11);
  assert.ok(found[777] === 1 && found[7_770] === 1 && found[7_779] === 1);
  assert.equal(await findEntry(index, `${'k'.repeat(150)}19999`), 19_999);
});

test('a search that is given up rejects', async (t) => {
  const index = await indexOf(t, manyEntries(100));
  await assert.rejects(searchKeys(index, 'user', AbortSignal.abort()), { name: 'AbortError' });
});

test('a key that the plan does not have is told as such, and one that is only a part of others is not taken for them', async (t) => {
  const index = await indexOf(t, [entry('user:12'), entry('user:1'), entry('')]);
  assert.equal(await findEntry(index, 'user:1'), 1);
  assert.equal(await findEntry(index, ''), 2);
  await assert.rejects(findEntry(index, 'user'), { code: 'key-not-planned', kind: 'data' });
});

test('a header that promises more than the file can hold reserves no memory for it', async (t) => {
  const folder = temporaryFolder(t);
  const file = await planFile(folder, [entry('a')], { entries: 2 ** 40 });
  await assert.rejects(PlanIndex.open(file), { code: 'plan-invalid', message: /ends after 1 of/ });
});

test('a plan that is broken anywhere is refused with the number of the line', async (t) => {
  const folder = temporaryFolder(t);
  const file = await planFile(folder, manyEntries(50));
  truncateSync(file, 5000);
  await assert.rejects(PlanIndex.open(file), {
    code: 'plan-invalid',
    kind: 'data',
    message: /^Line \d+ of the plan/,
  });
  await assert.rejects(PlanIndex.open(path.join(folder, 'none')), { code: 'plan-missing', kind: 'io' });
  await assert.rejects(PlanIndex.open(folder), { code: 'plan-unreadable', kind: 'io' });
});

test('a file that is written over while it is looked into is noticed', async (t) => {
  const folder = temporaryFolder(t);
  const file = await planFile(folder, manyEntries(50));
  const index = await PlanIndex.open(file);
  t.after(() => index.close());
  writeFileSync(file, 'x'.repeat(100_000));
  assert.throws(() => index.entryAt(3), { code: 'plan-invalid' });
  writeFileSync(file, '');
  assert.throws(() => index.entryAt(3), { code: 'plan-invalid', message: /shorter/ });
});
