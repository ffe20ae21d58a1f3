import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowJson } from '../../../src/core/serve/row-json.ts';

test('every value of SQLite keeps its type and all of its digits', () => {
  const columns = ['id', 'big', 'real', 'whole', 'zero', 'none', 'infinite', 'blob', 'a "name"\n'];
  const values = [
    1n,
    -9223372036854775808n,
    0.1,
    3,
    -0,
    null,
    Number.NEGATIVE_INFINITY,
    Buffer.from([0, 255]),
    'é\u0000"',
  ];
  const json = rowJson(columns, values);
  assert.equal(
    json,
    '{"id":1,"big":-9223372036854775808,"real":0.1,"whole":3.0,"zero":-0.0,"none":null,"infinite":{"real":"-Infinity"},"blob":{"base64":"AP8="},"a \\"name\\"\\n":"é\\u0000\\""}',
  );
  assert.equal(JSON.parse(json)['a "name"\n'], 'é\u0000"');
});
