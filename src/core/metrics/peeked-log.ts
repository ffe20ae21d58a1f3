import type { OpenLog } from '../access-log/log-file.ts';
import { headBytes } from '../access-log/read-log.ts';

/**
 * The first bytes of a log, 64 KiB or all of it, and the log to be read once, from its beginning all the same. What is compressed in a way that cannot be
 * read fails here.
 */
export async function peekedLog(log: OpenLog): Promise<{ head: Buffer; log: OpenLog }> {
  const chunks = log.read(0)[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await chunks.next();
    if (next.done) break;
    parts.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const head = Buffer.concat(parts);
  // It goes on where it was left: a decoder that is left in the middle and begun anew would read the same file beside itself.
  const read = async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  const close = async () => {
    await chunks.return?.();
    await log.close();
  };
  return { head, log: { ...log, read, close } };
}
