import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { markdownTable, withTable } from '../../bench/report/page.ts';
import { tables } from '../../bench/report/tables.ts';
import { spreadOf } from '../../bench/support/statistics.ts';
import { projectRoot } from '../support/cli.ts';

const page =
  'Before\n<!-- bench one -->\nold\n<!-- end -->\nBetween\n<!-- bench two -->\nkept\n<!-- end -->\n';

test('a table takes the place of the old one and of nothing else', () => {
  const once = withTable(page, 'one', '| new |');
  assert.match(
    once,
    /^Before\n<!-- bench one -->\n\n\| new \|\n\n_.*Node 2\d.*, \d{4}-\d\d-\d\d_\n\n<!-- end -->\nBetween\n/,
  );
  assert.ok(!once.includes('old'));
  assert.ok(once.endsWith('<!-- bench two -->\nkept\n<!-- end -->\n'));
  assert.equal(withTable(once, 'one', '| new |'), once);
});

test('a page without a place for a table is refused', () => {
  assert.throws(() => withTable(page, 'three', ''), /no place for three/);
});

test('a bar in a cell does not end it', () => {
  assert.equal(
    markdownTable(['', 'b'], [['cat | ssh', '1']]),
    '|  | b |\n| --- | --: |\n| cat \\| ssh | 1 |',
  );
});

test('docs/PERFORMANCE.md has a place for each bench, and each bench a table', () => {
  const docs = readFileSync(path.join(projectRoot, 'docs', 'PERFORMANCE.md'), 'utf8');
  const scripts = readdirSync(path.join(projectRoot, 'bench'))
    .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
    .map((name) => name.slice(0, -'.ts'.length));
  assert.deepEqual(Object.keys(tables).sort(), scripts.sort());
  for (const name of scripts) assert.ok(docs.includes(`<!-- bench ${name} -->`), name);
});

test('the median of an even number of values lies between them', () => {
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, least: 1, most: 4 });
  assert.deepEqual(spreadOf([5, 1, 3]), { median: 3, least: 1, most: 5 });
});
