import type { Leaf } from './leaves.ts';
import type { PageFile } from './page-file.ts';
import { innerHeaderBytes, innerType } from './page-layout.ts';
import { writeVarint } from './varint.ts';

const leastCellBytes = 4 + 1;
const mostCellBytes = 4 + 9;

/**
 * Appends the inner pages over some leaves (sqlite.org/fileformat2.html, section 1.6), two or more. Returns the page that belongs at
 * the root of the table, which is not appended. Of each level no more is held than what goes on the next two pages.
 */
export function innerPages(file: PageFile, leaves: Iterable<Leaf>): Buffer {
  const page = Buffer.alloc(file.pageSizeBytes);
  // Of so many children, some are sure to be left when a page is full: enough for another page.
  const enough = Math.floor((page.length - innerHeaderBytes) / (2 + leastCellBytes)) + 3;
  const levels: Leaf[][] = [];
  const append = (depth: number) => {
    const children = levels[depth] ?? [];
    const count = fill(page, children);
    const number = file.append(page);
    const last = children[count - 1] as Leaf;
    levels[depth] = children.slice(count);
    add(depth + 1, { page: number, lastRowid: last.lastRowid });
  };
  const add = (depth: number, child: Leaf) => {
    levels[depth] ??= [];
    levels[depth].push(child);
    if (levels[depth].length >= enough) append(depth);
  };
  for (const leaf of leaves) add(0, leaf);
  for (let depth = 0; ; depth++) {
    for (let left = levels[depth] ?? []; left.length > 0; left = levels[depth] ?? []) {
      const isTop = depth === levels.length - 1;
      if (isTop && fill(page, left) === left.length) return page;
      append(depth);
    }
  }
}

/** Makes the page over the first of some children, as many as have room. Returns how many they are. */
function fill(page: Buffer, children: readonly Leaf[]): number {
  const cell = Buffer.alloc(mostCellBytes);
  const last = children.length - 1;
  page.fill(0);
  let content = page.length;
  let contentBefore = content;
  let child = 0;
  for (; child < last; child++) {
    const { page: number, lastRowid } = children[child] as Leaf;
    cell.writeUInt32BE(number);
    const bytes = 4 + writeVarint(cell, 4, lastRowid);
    const pointer = innerHeaderBytes + 2 * child;
    if (content - bytes < pointer + 2) break;
    contentBefore = content;
    content -= bytes;
    cell.copy(page, content, 0, bytes);
    page.writeUInt16BE(content, pointer);
  }
  if (child === last - 1) {
    // The next page would have one child, and none can: it gets this one's last as well.
    child--;
    page.fill(0, content, contentBefore);
    content = contentBefore;
    page.writeUInt16BE(0, innerHeaderBytes + 2 * child);
  }
  page[0] = innerType;
  page.writeUInt16BE(child, 3);
  page.writeUInt16BE(content, 5);
  page.writeUInt32BE((children[child] as Leaf).page, 8);
  return child + 1;
}
