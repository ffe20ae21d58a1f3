/** Of a database whose pages have no reserved bytes, as in sqlite.org/fileformat2.html, sections 1.3 and 1.6. */

export const leafType = 0x0d;
export const innerType = 0x05;
export const leafHeaderBytes = 8;
export const innerHeaderBytes = 12;
/** Of the number of the next page, in front of what an overflow page holds. */
export const chainHeaderBytes = 4;

/** The most bytes of a row that stay on its leaf as they are. */
export function mostLocalBytes(pageSizeBytes: number): number {
  return pageSizeBytes - 35;
}

/** How many of a row's bytes are on its leaf; the others are on overflow pages. */
export function localBytes(payloadBytes: number, pageSizeBytes: number): number {
  const most = mostLocalBytes(pageSizeBytes);
  if (payloadBytes <= most) return payloadBytes;
  const least = Math.floor(((pageSizeBytes - 12) * 32) / 255) - 23;
  const wanted = least + ((payloadBytes - least) % (pageSizeBytes - chainHeaderBytes));
  return wanted <= most ? wanted : least;
}

/** The page over the byte that SQLite's locks are taken at; it holds nothing (section 1.4). */
export function lockPage(pageSizeBytes: number): number {
  return 2 ** 30 / pageSizeBytes + 1;
}
