import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTableUrl } from '../../../../src/core/access-log/clickhouse/table-url.ts';
import { ForesyncError } from '../../../../src/core/errors.ts';

test('a URL names the server, the user, the table and what its columns are', () => {
  const { name, ...table } = parseTableUrl(
    'clickhouse://us%40er@logs.example:8124/shop/acc%2Fess?time=ts&key=k&operation=op&size=bytes&lateness=2h&secure=1',
  );
  assert.equal(name, 'clickhouse://us%40er@logs.example:8124/shop/acc%2Fess');
  assert.deepEqual(table, {
    host: 'logs.example',
    port: 8124,
    isSecure: true,
    user: 'us@er',
    database: 'shop',
    table: 'acc/ess',
    columns: { time: 'ts', key: 'k', op: 'op', size: 'bytes' },
    latenessMs: 7_200_000,
  });
});

test('what a URL leaves out has a default', () => {
  const { port, user, database, columns, latenessMs } = parseTableUrl('clickhouse://[::1]/access');
  assert.deepEqual([port, user, database, columns, latenessMs], [8123, 'default', 'default', {}, 300_000]);
  assert.equal(parseTableUrl('clickhouse://h/access?secure=1').port, 8443);
});

test('a URL that is wrong is refused, and none is printed with a password', () => {
  const wrong = [
    'clickhouse://',
    'clickhouse:///db/t',
    'clickhouse://h',
    'clickhouse://h/a/b/c',
    'clickhouse://h//t',
    'clickhouse://h/db/%zz',
    'clickhouse://h/db/t?where=1',
    'clickhouse://h/db/t?key=a&key=b',
    'clickhouse://h/db/t?op=a&operation=b',
    'clickhouse://h/db/t?time=',
    'clickhouse://h/db/t?lateness=soon',
    'clickhouse://h/db/t?secure=yes',
    'clickhouse://h/db/t?constructor=1',
    'clickhouse://u:hush@h:99999/db/t',
    'clickhouse://u:hush@h/db/t',
    'clickhouse://u:hu@sh@h/db/t?x=1',
  ];
  for (const url of wrong) {
    assert.throws(
      () => parseTableUrl(url),
      (error) => {
        assert.ok(error instanceof ForesyncError && error.kind === 'usage', url);
        assert.ok(!`${error.message}${error.hint}`.includes('hu'), error.message);
        return true;
      },
    );
  }
});
