import { applyAll } from './apply-changes.ts';
import type { Told, VerifyOptions } from './compare.ts';
import type { Drain } from './drain.ts';
import { differsStill, resolveAll, verifyAll } from './verify.ts';

/** Rows that differ after so many ends of the stream are those that writers change all the time. */
const mostEnds = 2;

/**
 * Ends the stream for good, with what it brought last compared too. The donor is then ahead of the joiner: a row that differs may have changed after the end, so the stream goes
 * on until that is told. Tells how many changes were applied, and whether of some rows this stayed open; each was equal when it was compared before.
 */
export async function stopStream(
  first: VerifyOptions,
  told: Told,
  onDrain: (drain: Drain) => void,
): Promise<{ changes: number; isOpen: boolean }> {
  let options = first;
  let changes = 0;
  for (let end = 1; ; end++) {
    await options.drain.stop();
    changes += (await applyAll(options)).changes;
    const left = await differsStill(options);
    const isOpen = left === 'unknown' || left.touched.length > 0;
    if (!isOpen || end === mostEnds) return { changes, isOpen };
    const drain = await options.drain.again();
    onDrain(drain);
    options = { ...options, drain };
    const { repairedRows } = told;
    if (left === 'unknown') await verifyAll({ ...options, proven: undefined });
    else await resolveAll(left, options, told);
    if (told.repairedRows > repairedRows) options.emit({ type: 'verified', ...told });
  }
}
