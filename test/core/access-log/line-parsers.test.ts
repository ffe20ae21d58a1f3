import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectLayout } from '../../../src/core/access-log/detect-layout.ts';
import { formats } from '../../../src/core/access-log/layout.ts';
import { parserFor } from '../../../src/core/access-log/line-parsers.ts';
import { LineTally } from '../../../src/core/access-log/line-tally.ts';
import { Collector } from './collect.ts';

const keyPattern = '(?<key>.+)';
const layoutOf = (format: (typeof formats)[number]) =>
  detectLayout(format === 'jsonl' ? '{"t":1,"key":"a"}\n' : '1700000000\t1\n1700000000,1\n', {
    format,
    keyPattern,
    ...(format === 'pattern' ? { pattern: '(?<time>.)(?<key>.)' } : {}),
    ...(format === 'tsv' || format === 'csv'
      ? { columns: { by: 'position' as const, positions: { time: 0, key: 1 } } }
      : {}),
  });

test('every layout is plain data, and its copy has a parser', () => {
  for (const format of formats) {
    const layout = layoutOf(format);
    assert.equal(layout.format, format);
    const copy = structuredClone(layout);
    assert.deepEqual(copy, layout);
    const tally = new LineTally();
    const end = parserFor(copy, new Collector(), tally, true).parse(Buffer.from('x\n'), 0, 2, true);
    assert.deepEqual([end, tally.lines, tally.nextLine], [2, 1, 2], format);
  }
});
