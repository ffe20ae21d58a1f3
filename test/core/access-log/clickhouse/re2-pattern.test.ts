import assert from 'node:assert/strict';
import { test } from 'node:test';
import { re2Pattern } from '../../../../src/core/access-log/clickhouse/re2-pattern.ts';

test('only the group that is the key captures', () => {
  const cases: [string, string][] = [
    ['/product/(?<key>\\d+)', '/product/(\\d+)'],
    ['(a|b)(?<key>c)(?<rest>.*)', '(?:a|b)(c)(?:.*)'],
    ['(?:a)(?<key>(x)y)', '(?:a)((?:x)y)'],
    ['\\((?<key>[(\\])(?<]+)\\)', '\\(([(\\])(?<]+)\\)'],
    // What RE2 has none of is left for it to refuse.
    ['(?<=a)(?<!b)(?=c)(?!d)(?<key>e)', '(?<=a)(?<!b)(?=c)(?!d)(e)'],
  ];
  for (const [source, expected] of cases) assert.equal(re2Pattern(source), `(?-s)${expected}`, source);
});
