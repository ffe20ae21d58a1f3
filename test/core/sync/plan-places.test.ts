import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RowKey } from '../../../src/core/row-key.ts';
import { PlanPlaces } from '../../../src/core/sync/plan-places.ts';

test('a key is found in its batch, however it is written, and no other key is found', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 300 }), (texts) => {
      const planned = texts.slice(0, 200);
      const batches = [planned.slice(0, 90), planned.slice(90, 91), planned.slice(91)];
      const places = new PlanPlaces(batches.map((keys) => ({ keys })));
      for (const [number, keys] of batches.entries())
        for (const key of keys) assert.equal(places.of(key), number);
      for (const key of texts.slice(200)) assert.equal(places.of(key), undefined);
    }),
  );
});

test('numbers and composite keys are those that readers name', () => {
  const keys: RowKey[] = [42, ['eu', 7], { base64: 'AP8=' }, { int: '9007199254740993' }];
  const places = new PlanPlaces([{ keys: [] }, { keys }]);
  const named: RowKey[] = ['42', ['eu', 7], ['eu', '7'], '["eu",7]', { base64: 'AP8=' }, '9007199254740993'];
  assert.deepEqual(
    named.map((key) => places.of(key)),
    named.map(() => 1),
  );
  assert.equal(places.of('[no JSON'), undefined);
  assert.equal(places.of('43'), undefined);
  assert.equal(new PlanPlaces([]).of('42'), undefined);
});
