import type { OpenLog } from '../access-log/log-file.ts';
import { headBytes } from '../access-log/read-log.ts';

/**
 * The first bytes of a log, 64 KiB or all of it, and the log to be read from its beginning all the same. What is compressed in a way that cannot be
 * read fails here.
 */
export async function peekedLog(log: OpenLog): Promise<{ head: Buffer; log: OpenLog }> {
  const chunks = log.read(0)[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let length = 0;
  let isWhole = false;
  while (length < headBytes && !isWhole) {
    const next = await chunks.next();
    isWhole = next.done === true;
    if (next.done) break;
    parts.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const head = Buffer.concat(parts);
  if (log.identity) {
    await chunks.return?.();
    return { head, log };
  }
  // What is read once goes on where it was left.
  const read = async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  return { head, log: { ...log, read, close: () => log.close() } };
}
