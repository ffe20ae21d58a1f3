import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { innerPages } from '../../../../../src/core/store/sqlite/pages/inner-pages.ts';
import type { Leaf } from '../../../../../src/core/store/sqlite/pages/leaves.ts';
import { PageFile } from '../../../../../src/core/store/sqlite/pages/page-file.ts';
import { temporaryFolder } from '../../../../support/tables.ts';

test('of all leaves of a table no more are held at a time than what goes on two pages', (t) => {
  const name = path.join(temporaryFolder(t), 'pages');
  writeFileSync(name, '');
  const pageSizeBytes = 512;
  const file = new PageFile(name, pageSizeBytes, 0);
  t.after(() => file.close());
  let taken = 0;
  function* leaves(): Generator<Leaf> {
    for (; taken < 100_000; taken++) yield { page: 10 + taken, lastRowid: 1000 * taken };
  }
  const childrenOf = (page: Buffer) => page.readUInt16BE(3) + 1;
  let passedOn = 0;
  let mostHeld = 0;
  const append = t.mock.method(file, 'append', (page: Buffer) => {
    // Only pages over leaves have one of the leaves' rowids between each two of their children.
    const isOverLeaves = page.readUInt32BE(8) >= 10 && page.readUInt32BE(8) < 1e6;
    if (isOverLeaves) {
      mostHeld = Math.max(mostHeld, taken - passedOn);
      passedOn += childrenOf(page);
    }
    return 1e6 + append.mock.callCount();
  });
  innerPages(file, leaves());
  assert.equal(passedOn, 100_000);
  assert.ok(mostHeld < (2 * pageSizeBytes) / 7, `${mostHeld} leaves were held`);
});
