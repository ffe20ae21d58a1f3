import assert from 'node:assert/strict';
import { test } from 'node:test';
import { querySettings } from '../../../../src/core/access-log/clickhouse/query-settings.ts';

test('only settings that the server knows are sent, and none that the operator has set or the user may not set', () => {
  const old = {
    readonly: '0',
    max_memory_usage: '1000',
    max_bytes_before_external_group_by: '0',
    max_bytes_before_external_sort: '7',
  };
  assert.deepEqual(querySettings(new Map(Object.entries(old)), { distributed_group_by_no_merge: '1' }), {
    max_bytes_before_external_group_by: '500',
    readonly: '2',
  });
  assert.equal(querySettings(new Map(Object.entries({ ...old, readonly: '2' })), {}).readonly, undefined);
  assert.deepEqual(querySettings(new Map(Object.entries({ ...old, readonly: '1' })), {}), {});
  assert.deepEqual(querySettings(new Map(), {}), {});
});
