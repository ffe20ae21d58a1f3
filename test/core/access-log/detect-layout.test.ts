import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseColumns } from '../../../src/core/access-log/columns.ts';
import { detectLayout } from '../../../src/core/access-log/detect-layout.ts';
import { ForesyncError } from '../../../src/core/errors.ts';

const detect = (head: string, columns?: string) =>
  detectLayout(head, { columns: columns === undefined ? undefined : parseColumns(columns) });

function columnsOf(head: string, columns?: string) {
  const layout = detect(head, columns);
  assert.ok('columns' in layout);
  return { ...layout.columns, hasHeader: layout.hasHeader, format: layout.format };
}

test('without a header the columns are found by what they hold', () => {
  assert.deepEqual(columnsOf('1700000000,read,a,12\n1700000001,write,b,\n'), {
    format: 'csv',
    hasHeader: false,
    time: 0,
    op: 1,
    key: 2,
    size: 3,
  });
  assert.deepEqual(columnsOf('1700000000,a,get\n1700000001,b,SET\n'), {
    format: 'csv',
    hasHeader: false,
    time: 0,
    key: 1,
    op: 2,
  });
  assert.deepEqual(columnsOf('1700000000\t17\t512\n1700000001\t18\t512\n'), {
    format: 'tsv',
    hasHeader: false,
    time: 0,
    key: 1,
    size: 2,
  });
  assert.deepEqual(columnsOf('1700000000,a\n'), { format: 'csv', hasHeader: false, time: 0, key: 1 });
});

test('a header decides by its names, in any order and case', () => {
  const head = 'Client,SKU,"Event Time",Method,Bytes\nx,85123A,2011-11-01T00:00:00Z,GET,4\n';
  assert.deepEqual(columnsOf(head), { format: 'csv', hasHeader: true, key: 1, time: 2, op: 3, size: 4 });
});

test('a header of unknown names is a header still', () => {
  assert.deepEqual(columnsOf('wann,was\n1700000000,a\n1700000001,b\n'), {
    format: 'csv',
    hasHeader: true,
    time: 0,
    key: 1,
  });
});

test('a column whose name fits but whose values do not is left alone', () => {
  assert.deepEqual(columnsOf('time,key,type,size\n1700000000,a,widget,XL\n'), {
    format: 'csv',
    hasHeader: true,
    time: 0,
    key: 1,
  });
});

test('rows that look like another format do not change what a header or the operator says', () => {
  const rows = '1700000000,k,1,2,3,get,0\n1700000001,k,1,2,3,get,0\n';
  assert.equal(detect(rows).format, 'twemcache');
  assert.equal(detect(`time,key,a,size,b,op,ttl\n${rows}`).format, 'csv');
  assert.equal(detect(rows, 'time,key').format, 'csv');
  assert.equal(detect('time,op,size,lbn\n1,28,512,7\n').format, 'csv');
  assert.equal(detect('{"timestamp":"2026-01-02 03:04:05.123 UTC","pid":1,"key":"a"}\n').format, 'jsonl');
});

test('what the operator says is taken, with or without a header', () => {
  assert.deepEqual(columnsOf('a,b,1700000000\n', 'key,-,time'), {
    format: 'csv',
    hasHeader: false,
    key: 0,
    time: 2,
  });
  assert.deepEqual(columnsOf('k,x,t\na,b,1700000000\n', 'key,-,time'), {
    format: 'csv',
    hasHeader: true,
    key: 0,
    time: 2,
  });
  assert.deepEqual(columnsOf('k,x,t\na,b,1700000000\n', 'time=t,key=x'), {
    format: 'csv',
    hasHeader: true,
    key: 1,
    time: 2,
  });
});

test('fields of JSON Lines are found by name', () => {
  assert.deepEqual(detect('{"@timestamp":"2011-11-01","Method":"GET","item_id":7,"level":"info"}\n').names, {
    time: '@timestamp',
    op: 'Method',
    key: 'item_id',
  });
});

test('what is not found is said in words', () => {
  const cases: [string, string | undefined, string][] = [
    ['just words\n', undefined, 'log-layout-unknown'],
    ['a,b\nc,d\n', undefined, 'log-layout-unknown'],
    ['{"a":1}\n', undefined, 'log-layout-unknown'],
    ['time,key\n', 'time=when,key=key', 'log-layout-unknown'],
    ['1,a\n', 'time,op', 'columns-invalid'],
    ['1,a\n', 'time,key,key', 'columns-invalid'],
    ['1,a\n', 'time=,key=a', 'columns-invalid'],
  ];
  for (const [head, columns, code] of cases) {
    assert.throws(
      () => detect(head, columns),
      (error) => error instanceof ForesyncError && error.code === code,
      head,
    );
  }
});

test('a first line of quotes alone is read in linear time', () => {
  assert.throws(() => detect(`${'"a"b'.repeat(15_000)},x\n`), ForesyncError);
});
