import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isBehind } from '../support/built.ts';
import { projectRoot } from '../support/cli.ts';
import { temporaryFolder } from '../support/tables.ts';

test('tests build the program anew where a source has changed since, or nothing is built', (t) => {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, 'src/ui/run'), { recursive: true });
  mkdirSync(path.join(root, 'dist'));
  const write = (name: string, atS: number) => {
    writeFileSync(path.join(root, name), '');
    utimesSync(path.join(root, name), atS, atS);
  };
  write('src/ui/run/view.tsx', 100);
  write('src/near.ts', 100);
  assert.equal(isBehind(root), true);
  write('dist/agent.cjs', 200);
  assert.equal(isBehind(root), false);
  write('src/ui/run/view.tsx', 300);
  assert.equal(isBehind(root), true);
});

test('every script that starts the built program sets up before', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const name of ['test', 'test:faults', 'test:fuzz', 'bench'])
    assert.equal(scripts[`pre${name}`], 'sh scripts/node test/support/setup.ts', name);
});
