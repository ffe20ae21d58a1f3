import { ForesyncError } from '../errors.ts';

const lineFeed = 10;
const carriageReturn = 13;

/** Throws the `data` error of a log whose first bytes are no text in UTF-8 with line feeds. */
export function refuseNoText(head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new ForesyncError('data', 'log-utf16', 'The log is UTF-16 text.', {
      hint: 'Turn it into UTF-8: iconv -f UTF-16 -t UTF-8 FILE | foresync analyze -',
    });
  }
  if (
    head.includes(carriageReturn) &&
    !head.includes(lineFeed) &&
    head.indexOf(carriageReturn) < head.length - 1
  ) {
    throw new ForesyncError(
      'data',
      'log-line-ends',
      'The log has lines that end with a carriage return alone.',
      {
        hint: "Turn them into line feeds: tr '\\r' '\\n' < FILE | foresync analyze -",
      },
    );
  }
  if (isBinary(head)) {
    throw new ForesyncError('data', 'log-binary', 'The log is a binary file.', {
      hint: "Text is read, such as CSV, JSON Lines or a server's log, plain or compressed by gzip, zstd, brotli (.br) or xz.",
    });
  }
}

/** A stray NUL is its line's affair; every hundredth byte is no text's. */
function isBinary(head: Buffer): boolean {
  let nuls = 0;
  for (let at = head.indexOf(0); at >= 0; at = head.indexOf(0, at + 1)) nuls++;
  return nuls > head.length / 100;
}
