import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildInto } from '../../scripts/build.ts';
import { projectRoot } from '../support/cli.ts';

test('oclif.manifest.json is what a fresh build makes', async (context) => {
  // oclif answers from the manifest alone, so that a stale one hides commands and flags.
  const folder = mkdtempSync(join(projectRoot, '.build-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  await buildInto(folder);
  const read = (path: string) =>
    JSON.parse(readFileSync(join(path, 'oclif.manifest.json'), 'utf8')) as unknown;
  assert.deepEqual(read(projectRoot), read(folder), 'run "npm run build"');
});
