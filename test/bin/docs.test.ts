import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/cli.ts';

test('docs/COMMANDS.md is what the commands say of themselves', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'foresync-docs-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const written = join(projectRoot, 'docs', 'COMMANDS.md');
  const fresh = join(folder, 'COMMANDS.md');
  copyFileSync(written, fresh);
  const oclif = join(projectRoot, 'node_modules', 'oclif', 'bin', 'run.js');
  execFileSync(process.execPath, [oclif, 'readme', '--readme-path', fresh, '--no-source-links'], {
    cwd: projectRoot,
    stdio: 'pipe',
  });
  assert.equal(readFileSync(written, 'utf8'), readFileSync(fresh, 'utf8'), 'run "npm run docs"');
});
