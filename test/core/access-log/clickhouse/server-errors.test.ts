import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestError, serverError } from '../../../../src/core/access-log/clickhouse/server-errors.ts';

test('the text of an error is understood in the form of old servers and of new ones', () => {
  const cases: [text: string, code: string, message: string][] = [
    [
      "Code: 60, e.displayText() = DB::Exception: Table default.nope doesn't exist., e.what() = DB::Exception",
      'clickhouse-table',
      "ClickHouse says (60): Table default.nope doesn't exist.",
    ],
    [
      'Code: 516. DB::Exception: reader: Authentication failed. (AUTHENTICATION_FAILED) (version 26.7.2.1)',
      'clickhouse-login',
      'ClickHouse says (516): reader: Authentication failed. (AUTHENTICATION_FAILED) (version 26.7.2.1)',
    ],
    [
      'Code: 999. DB::Exception: \u001b[2Jsomething',
      'clickhouse-refused',
      'ClickHouse says (999): \\u001b[2Jsomething',
    ],
  ];
  for (const [text, code, message] of cases) {
    const error = serverError(text);
    assert.deepEqual([error.code, error.message], [code, message]);
  }
});

test('what is no error of ClickHouse is told apart: nobody there, or somebody else', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const cases: [unknown, string][] = [
    [refused, 'clickhouse-unreachable'],
    [new Error('Timeout error.'), 'clickhouse-unreachable'],
    [new Error('<html>404 Not Found</html>'), 'clickhouse-answer'],
    // The client takes the number off the text where it knows the form.
    [Object.assign(new Error('Not enough privileges. '), { code: '497' }), 'clickhouse-grants'],
  ];
  for (const [error, code] of cases)
    assert.equal((requestError(error, 'h:8123') as { code: string }).code, code);
});
