import { decompress } from '../../agent/compression.ts';
import { decodeKeyTexts } from '../../agent/key-texts.ts';
import { type ApplySides, catchUp } from './apply-changes.ts';
import { copyLanes } from './copy-rows.ts';
import { maxAnswerBytes, rowsOfKeys } from './keyed-rows.ts';
import type { SqlServing } from './sql-serving.ts';

/** All rows have come. Catches up before indexes are made (unless `isFinished`): then rows of different moments meet no longer. */
export async function settleCopy(
  sides: ApplySides & { keyColumns: number },
  serving: SqlServing | undefined,
  { isFinished }: { isFinished: boolean },
): Promise<void> {
  if (serving) serving.isWhole = true;
  const settle = () => (serving && !isFinished ? serving.advance() : catchUp(sides));
  do await settle();
  while (await refetch(sides, serving));
  if (!isFinished) await sides.joiner.call('pg.joiner.finish', {});
  await catchUp(sides);
}

/** Rows whose key changed while they were on their way, and of which a value did not travel with the change. */
async function refetch(
  { lead, joiner, emit, keyColumns }: ApplySides & { keyColumns: number },
  serving: SqlServing | undefined,
): Promise<boolean> {
  const { result, parts } = await joiner.call('pg.joiner.refetch', { taken: false });
  if (result.keys === 0) return false;
  const text = `${result.keys} rows are asked for once more: their keys changed on their way.`;
  emit({ type: 'note', level: 'info', text });
  await serving?.open();
  const [lane] = copyLanes;
  const [sent = Buffer.alloc(0)] = parts;
  const keys = decodeKeyTexts(await decompress(sent), keyColumns);
  const read = (some: Buffer) => lead.call('pg.keys.read', { lane, maxBytes: maxAnswerBytes }, [some]);
  for await (const rows of rowsOfKeys(keys, read))
    await joiner.call('pg.joiner.rows', { keep: true }, rows.parts);
  await joiner.call('pg.joiner.refetch', { taken: true });
  await serving?.mustClose();
  return true;
}
