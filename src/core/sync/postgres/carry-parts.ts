import type { AgentClient } from '../../agent/client.ts';
import type { KeyRange } from '../../store/postgres/table-sql.ts';
import { cutRange } from './ranges.ts';

/** Of one chunk; past it the range is cut once more. */
export const maxChunkBytes = 32 << 20;

/** Moves a range, which is chunk `n` or ends it; tells whether it was no more than fits. */
export type Carry = (part: {
  n: number | undefined;
  range: KeyRange;
  /** It cannot be cut once more. */
  isOneRow: boolean;
}) => Promise<boolean>;

/** Rows of a part, at first, of those that were to be in a chunk. */
export function firstPartRows({ chunkBytes, rowBytes }: { chunkBytes: number; rowBytes: number }): number {
  return Math.ceil(chunkBytes / rowBytes / 16);
}

/** What is more than a chunk may hold, as when some rows are large, is cut once more. The last part is the one that the chunk ends with. */
export async function carryParts(
  { n, range }: { n: number | undefined; range: KeyRange },
  rowsEach: number,
  donor: { lead: AgentClient; keyColumns: number },
  carry: Carry,
): Promise<void> {
  const cuts = await cutRange(donor.lead, range, { ...donor, rowsEach, count: 500 });
  const isOneRow = rowsEach === 1 && cuts.length <= 1;
  for (const [place, to] of [...cuts, range.to].entries()) {
    const part = {
      n: place === cuts.length ? n : undefined,
      range: { after: place === 0 ? range.after : cuts[place - 1], to },
    };
    if (await carry({ ...part, isOneRow })) continue;
    await carryParts(part, Math.max(1, Math.floor(rowsEach / 16)), donor, carry);
  }
}
