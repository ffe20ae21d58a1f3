import type { ImageKind } from '../../../src/core/store/sqlite/row-reader.ts';
import { soundImage } from './sound-images.ts';

const pageBytes = 512;
/** Of the first table of an image. */
const rootPage = 2;

/**
 * Inner pages, each of which leads to the next one by all its cells: a walk over this file of a few kilobytes would visit
 * its last page more often than there are nanoseconds in a year.
 */
export function lattice(kind: ImageKind, nth: number): Buffer {
  const image = soundImage(kind, nth, { pageBytes });
  const first = image.length / pageBytes + 1;
  const depth = 12;
  const inner = Array.from({ length: depth }, (_, i) => innerPage(first + i + 1));
  const leaf = leafPage([Buffer.from([4, 1, 4, 0, 0, 0])]);
  return withRoot(Buffer.concat([image, ...inner, leaf]), innerPage(first));
}

/** Rows of one leaf that say to be as large as the image, on overflow pages that lead in a circle: a few kilobytes would become many. */
export function circle(kind: ImageKind, nth: number, rows: number): Buffer {
  const image = soundImage(kind, nth, { pageBytes });
  const first = image.length / pageBytes + 1;
  const [leaves, chain] = [Math.ceil(rows / 10), 4];
  const size = image.length + (leaves + chain) * pageBytes;
  // So many that as few as may be stay on the leaf.
  const local = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const payloadBytes = Math.floor((size - local) / (pageBytes - 4)) * (pageBytes - 4) + local;
  const cell = (rowid: number) => {
    const bytes = Buffer.alloc(5 + local + 4);
    bytes.set([0x80 | (payloadBytes >> 14), 0x80 | ((payloadBytes >> 7) & 127), payloadBytes & 127]);
    bytes.set([0x80 | (rowid >> 7), rowid & 127], 3);
    // Two NULLs, and a blob of what is left.
    const blob = 2 * (payloadBytes - 6) + 12;
    bytes.set([6, 0, 0, 0x80 | (blob >> 14), 0x80 | ((blob >> 7) & 127), blob & 127], 5);
    bytes.writeUInt32BE(first + leaves, 5 + local);
    return bytes;
  };
  const perLeaf = Math.min(10, Math.floor((pageBytes - 8) / (2 + 9 + local)));
  const base = nth * 60 + 1;
  const pages = Array.from({ length: leaves }, (_, i) =>
    leafPage(Array.from({ length: perLeaf }, (_, j) => cell(base + i * perLeaf + j))),
  );
  const ring = Array.from({ length: chain }, (_, i) => {
    const page = Buffer.alloc(pageBytes, 0x61);
    page.writeUInt32BE(first + leaves + ((i + 1) % chain));
    return page;
  });
  const root = innerPageOver(pages.map((_, i) => ({ child: first + i, last: base + (i + 1) * perLeaf - 1 })));
  return withRoot(Buffer.concat([image, ...pages, ...ring]), root);
}

/** A leaf whose rows lie in one another: each begins a few bytes behind the one before, and reaches to the end of the page. */
export function nested(kind: ImageKind, nth: number): Buffer {
  const image = soundImage(kind, nth, { pageBytes });
  const page = Buffer.alloc(pageBytes);
  const rows = 40;
  page[0] = 13;
  page.writeUInt16BE(rows, 3);
  const begin = 8 + 2 * rows;
  page.writeUInt16BE(begin, 5);
  for (let i = 0; i < rows; i++) {
    const at = begin + i * 6;
    page.writeUInt16BE(at, 8 + 2 * i);
    const payload = pageBytes - at - 4;
    page.set([0x80 | (payload >> 7), payload & 127], at);
    const rowid = nth * 60 + 1 + i;
    page.set([0x80 | (rowid >> 7), rowid & 127], at + 2);
  }
  return withRoot(image, page);
}

/** The rows of a leaf in the opposite order. */
export function backwards(kind: ImageKind, nth: number): Buffer {
  const image = soundImage(kind, nth, { pageBytes });
  for (let at = pageBytes; at < image.length; at += pageBytes) {
    if (image[at] !== 13) continue;
    const cells = image.readUInt16BE(at + 3);
    const pointers = Array.from({ length: cells }, (_, i) => image.readUInt16BE(at + 8 + 2 * i));
    for (const [i, pointer] of pointers.toReversed().entries()) image.writeUInt16BE(pointer, at + 8 + 2 * i);
  }
  return image;
}

function withRoot(whole: Buffer, root: Buffer): Buffer {
  whole.writeUInt32BE(whole.length / pageBytes, 28);
  root.copy(whole, (rootPage - 1) * pageBytes);
  return whole;
}

/** With one row at least: SQLite calls a file whose leaf is empty damaged as soon as it comes there. */
function leafPage(cells: readonly Buffer[]): Buffer {
  const page = Buffer.alloc(pageBytes);
  let at = pageBytes;
  page[0] = 13;
  page.writeUInt16BE(cells.length, 3);
  for (const [i, cell] of cells.entries()) {
    at -= cell.length;
    cell.copy(page, at);
    page.writeUInt16BE(at, 8 + 2 * i);
  }
  page.writeUInt16BE(at, 5);
  return page;
}

function innerPage(child: number): Buffer {
  return innerPageOver(Array.from({ length: 61 }, (_, i) => ({ child, last: i + 1 })));
}

function innerPageOver(children: readonly { child: number; last: number }[]): Buffer {
  const page = Buffer.alloc(pageBytes);
  const cells = children.slice(0, -1);
  page[0] = 5;
  page.writeUInt16BE(cells.length, 3);
  page.writeUInt32BE(children.at(-1)?.child ?? 0, 8);
  let at = pageBytes;
  for (const [i, { child, last }] of cells.entries()) {
    const rowid = last < 128 ? [last] : [0x80 | (last >> 7), last & 127];
    at -= 4 + rowid.length;
    page.writeUInt16BE(at, 12 + 2 * i);
    page.writeUInt32BE(child, at);
    page.set(rowid, at + 4);
  }
  page.writeUInt16BE(at, 5);
  return page;
}
