import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { refusalOf } from '../../src/core/errors.ts';
import { temporaryFolder } from '../support/tables.ts';

test("of a refusal of the system's its words are told, without its code, its call and its paths", (t) => {
  const folder = temporaryFolder(t);
  const missing = path.join(folder, "it's, 'missing'\nhere");
  const said = (attempt: () => unknown) => {
    try {
      attempt();
    } catch (error) {
      return refusalOf(error);
    }
    throw new Error('it was not refused');
  };
  assert.equal(
    said(() => readFileSync(missing)),
    'no such file or directory',
  );
  assert.equal(
    said(() => copyFileSync(missing, path.join(folder, 'y'))),
    'no such file or directory',
  );
  assert.equal(
    said(() => readFileSync(folder)),
    'illegal operation on a directory',
  );
});

test('of all else the whole message is told', () => {
  for (const text of ['EVERY: thing', 'no code, open', 'spawn x ENOENT', ''])
    assert.equal(refusalOf(new Error(text)), text);
  assert.equal(refusalOf('words'), 'words');
});
