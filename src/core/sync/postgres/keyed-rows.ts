import { compress } from '../../agent/compression.ts';
import { encodeKeyTexts } from '../../agent/key-texts.ts';
import { ForesyncError } from '../../errors.ts';

/** How much is asked for at a time; a larger row comes by itself. */
export const maxAnswerBytes = 16 << 20;

/** Rows of the first of the keys that were asked for. */
export interface KeyedRows {
  result: { rows: number; rawBytes: number; keysRead: number };
  parts: Buffer[];
  wireBytes: number;
}

/** The rows of keys, in as many answers as their sizes take. `read` asks a donor. */
export async function* rowsOfKeys(
  keys: readonly string[][],
  read: (keys: Buffer) => Promise<KeyedRows>,
): AsyncGenerator<KeyedRows, void> {
  for (let from = 0; from < keys.length; ) {
    const answer = await read(await compress(encodeKeyTexts(keys.slice(from))));
    if (answer.result.keysRead < 1 || answer.result.keysRead > keys.length - from)
      throw new ForesyncError(
        'protocol',
        'keys-read-invalid',
        'A donor answered for keys that it was not asked for.',
      );
    from += answer.result.keysRead;
    yield answer;
  }
}
