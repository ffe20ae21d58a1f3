import type { Leaves } from './leaves.ts';
import type { PageFile } from './page-file.ts';
import { innerHeaderBytes, innerType } from './page-layout.ts';
import { writeVarint } from './varint.ts';

const mostCellBytes = 4 + 9;

interface Level {
  pages: number[];
  lastRowids: (number | bigint)[];
}

/**
 * Appends the inner pages over some leaves (sqlite.org/fileformat2.html, section 1.6), two or more. Returns the page that belongs at
 * the root of the table, which is not appended.
 */
export function innerPages(file: PageFile, leaves: Leaves): Buffer {
  const page = Buffer.alloc(file.pageSizeBytes);
  for (let level: Level = leaves; ; ) {
    const upper: Level = { pages: [], lastRowids: [] };
    for (let start = 0; start < level.pages.length; ) {
      const end = fill(page, level, start);
      if (start === 0 && end === level.pages.length) return page;
      upper.pages.push(file.append(page));
      upper.lastRowids.push(level.lastRowids[end - 1] as number | bigint);
      start = end;
    }
    level = upper;
  }
}

/** Makes the page over the children from `start` on, as many as have room. Returns the first that is not among them. */
function fill(page: Buffer, { pages, lastRowids }: Level, start: number): number {
  const cell = Buffer.alloc(mostCellBytes);
  const last = pages.length - 1;
  page.fill(0);
  let content = page.length;
  let contentBefore = content;
  let child = start;
  for (; child < last; child++) {
    cell.writeUInt32BE(pages[child] as number);
    const bytes = 4 + writeVarint(cell, 4, lastRowids[child] as number | bigint);
    const pointer = innerHeaderBytes + 2 * (child - start);
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
    page.writeUInt16BE(0, innerHeaderBytes + 2 * (child - start));
  }
  page[0] = innerType;
  page.writeUInt16BE(child - start, 3);
  page.writeUInt16BE(content, 5);
  page.writeUInt32BE(pages[child] as number, 8);
  return child + 1;
}
