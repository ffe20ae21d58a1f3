import type { AgentClient } from '../../agent/client.ts';
import { compress } from '../../agent/compression.ts';
import { encodeKeyTexts } from '../../agent/key-texts.ts';
import { type Clock, steadyClock } from '../../clock.ts';
import { keyTexts } from '../../store/postgres/row-keys.ts';
import { pageBytes } from '../../store/postgres/warm.ts';
import type { Batch, Batches } from '../batches.ts';
import type { Emit } from '../events.ts';

/** A replica that waits longer to be in its place would make its readers wait instead. */
const mostMs = 30_000;

export interface WarmOptions {
  joiner: AgentClient;
  keyColumns: number;
  batches: Batches;
  emit: Emit;
  signal: AbortSignal;
}

/**
 * Has the joiner's server read the planned rows, best first, so that their pages are in its buffers when the table is put in its place: what was copied and compared since they had come has driven
 * them out. It ends where the buffers are full of them, or after half a minute.
 */
export async function warmBuffers(
  { joiner, keyColumns, batches, emit, signal }: WarmOptions,
  clock: Clock = steadyClock,
): Promise<void> {
  const untilMs = clock.nowMs() + mostMs;
  const { roomPages, indexPages } = (await joiner.call('pg.warm.begin', {})).result;
  const warmed = { rows: 0, pages: indexPages ?? 0 };
  for (const { keys } of bestFirst(batches)) {
    signal.throwIfAborted();
    if (warmed.pages >= roomPages || clock.nowMs() >= untilMs) break;
    const texts = keys.flatMap((key) => {
      const one = keyTexts(key, keyColumns);
      return one ? [one] : [];
    });
    const { result } = await joiner.call('pg.warm.rows', {}, [await compress(encodeKeyTexts(texts))]);
    warmed.rows += result.rows;
    warmed.pages += result.pages;
  }
  emit({
    ...{ type: 'warmed', ...warmed, bytes: warmed.pages * pageBytes },
    by: indexPages === undefined ? 'reads' : 'pg_prewarm',
  });
}

/** Of all donors' shares in turn, so that the best of each come before the worst of any. */
function bestFirst({ byDonor }: Batches): Batch[] {
  const shares = [...byDonor.values()];
  const longest = Math.max(0, ...shares.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) => shares.flatMap((share) => share[place] ?? [])).flat();
}
