import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { documented, frozenFields } from '../../../scripts/json-docs.ts';
import { brokenBy, fieldsOf } from '../../../scripts/json-fields.ts';
import { jsonPage } from '../../../scripts/json-page.ts';
import { projectRoot } from '../../support/cli.ts';

test('every field that scripts were promised is still there, with its type', () => {
  assert.deepEqual(
    brokenBy(frozenFields(), fieldsOf(documented)),
    [],
    'Scripts rely on these fields: keep them, and put what is new beside them. New fields are promised by "npm run docs".',
  );
});

test('docs/JSON.md is what the program declares, and promises all of it', () => {
  const written = readFileSync(join(projectRoot, 'docs', 'JSON.md'), 'utf8');
  assert.equal(written, jsonPage(documented), 'run "npm run docs"');
  assert.deepEqual(frozenFields(), fieldsOf(documented), 'run "npm run docs"');
});
