import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/cli.ts';

interface Locked {
  gypfile?: boolean;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

test('npm ci compiles nothing', () => {
  // better-sqlite3 opts out of node-gyp in its package.json, which npm does not copy into the lock file and then does
  // not see: npm 10 would ask for Python and make. `npm install` drops the line; put it back.
  assert.equal(packages['node_modules/better-sqlite3']?.gypfile, false);
});

test('npm ci finds the packages of every platform in the lock file', () => {
  // npm leaves out what the registry could not give when the file was written, and then refuses the file.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  assert.deepEqual(missing, []);
});
