import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { PageFile } from '../../../../../src/core/store/sqlite/pages/page-file.ts';
import { temporaryFolder } from '../../../../support/tables.ts';

test('the page that SQLite takes its locks in is left out', (t) => {
  const pageSizeBytes = 65536;
  const lockPage = 2 ** 30 / pageSizeBytes + 1;
  const name = path.join(temporaryFolder(t), 'pages');
  writeFileSync(name, '');
  truncateSync(name, (lockPage - 3) * pageSizeBytes);
  const file = new PageFile(name, pageSizeBytes, lockPage - 3);
  const page = (fill: number) => Buffer.alloc(pageSizeBytes, fill);
  const numbers = [1, 2, 3, 4].map((fill) => {
    const { nextPage } = file;
    assert.equal(file.append(page(fill)), nextPage);
    return nextPage;
  });
  assert.deepEqual(numbers, [lockPage - 2, lockPage - 1, lockPage + 1, lockPage + 2]);
  file.flush();
  assert.equal(file.pages, lockPage + 2);
  for (const [i, number] of numbers.entries()) {
    const read = Buffer.alloc(pageSizeBytes);
    file.read(number, read);
    assert.deepEqual(read, page(i + 1));
  }
  file.close();
  const again = new PageFile(name, pageSizeBytes, lockPage - 1);
  t.after(() => again.close());
  assert.deepEqual([again.pages, again.nextPage], [lockPage - 1, lockPage + 1]);
});
