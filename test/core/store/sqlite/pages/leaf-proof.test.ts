import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ImageCells } from '../../../../../src/core/store/sqlite/pages/image-cells.ts';
import { LeafPacker } from '../../../../../src/core/store/sqlite/pages/leaf-packer.ts';
import { LeafProof } from '../../../../../src/core/store/sqlite/pages/leaf-proof.ts';
import { Leaves } from '../../../../../src/core/store/sqlite/pages/leaves.ts';
import { MergedCells } from '../../../../../src/core/store/sqlite/pages/merged-cells.ts';
import { PageFile } from '../../../../../src/core/store/sqlite/pages/page-file.ts';
import { leafType } from '../../../../../src/core/store/sqlite/pages/page-layout.ts';
import { temporaryFolder } from '../../../../support/tables.ts';
import { keyedImage } from './keyed-image.ts';

test('whatever byte of a row, of its place or of its order is not as it came, the proof fails', (t) => {
  const pageSizeBytes = 512;
  const name = path.join(temporaryFolder(t), 'pages');
  writeFileSync(name, '');
  const file = new PageFile(name, pageSizeBytes, 0);
  t.after(() => file.close());
  const image = keyedImage(
    [60, 3, 0, 700, 471, 1500, 80, 90].map((bytes, i) => ({
      id: BigInt(i * 100),
      value: Buffer.alloc(bytes, i),
    })),
  );
  const leaves = new Leaves();
  const packer = new LeafPacker(file, leaves);
  const rows = () => new MergedCells(new ImageCells(image), () => undefined);
  for (const all = rows(); all.next(); ) packer.add(all.current);
  packer.finish();
  file.flush();
  const proof = new LeafProof(file);
  assert.equal(proof.holds(leaves, rows()), true);
  let changed = 0;
  for (let number = 1; number <= file.pages; number++) {
    const page = Buffer.alloc(pageSizeBytes);
    file.read(number, page);
    const isLeaf = leaves.all.some(({ page }) => page === number);
    assert.ok(!isLeaf || page[0] === leafType);
    for (let at = 0; at < pageSizeBytes; at++) {
      if (isLeaf && isFree(page, at)) continue;
      // What is behind the end of a row on its last overflow page is nobody's.
      if (
        !isLeaf &&
        page.readUInt32BE(0) === 0 &&
        at >= page.findLastIndex((byte) => byte !== 0) + 1 &&
        at >= 4
      )
        continue;
      const broken = Buffer.from(page);
      broken[at] = (broken[at] as number) ^ 0x55;
      file.write(number, broken);
      assert.equal(proof.holds(leaves, rows()), false, `page ${number}, byte ${at}`);
      changed++;
    }
    file.write(number, page);
  }
  assert.ok(changed > 2500);
  assert.equal(proof.holds(leaves, rows()), true);
});

/** Bytes of a leaf that hold no row, and those of its header that only tell of free room. */
function isFree(page: Buffer, at: number): boolean {
  if (at < 8) return ![0, 3, 4].includes(at);
  return at >= 8 + 2 * page.readUInt16BE(3) && at < page.readUInt16BE(5);
}

test('a file that lacks rows, or has more, is not what came', (t) => {
  const name = path.join(temporaryFolder(t), 'pages');
  writeFileSync(name, '');
  const file = new PageFile(name, 4096, 0);
  t.after(() => file.close());
  const image = (count: number) =>
    keyedImage(Array.from({ length: count }, (_, i) => ({ id: BigInt(i), value: 'row' })));
  const merged = (count: number) => new MergedCells(new ImageCells(image(count)), () => undefined);
  const leaves = new Leaves();
  const packer = new LeafPacker(file, leaves);
  for (const all = merged(300); all.next(); ) packer.add(all.current);
  packer.finish();
  file.flush();
  const proof = new LeafProof(file);
  assert.deepEqual(
    [299, 300, 301].map((count) => proof.holds(leaves, merged(count))),
    [false, true, false],
  );
});
