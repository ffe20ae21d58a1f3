import path from 'node:path';
import { formatCount } from '../src/ui/format.ts';
import { compare } from './proof.ts';
import type { ShopWriter } from './shop-writer.ts';
import type { Stage } from './stage.ts';

/** What the shop wrote while the replica was added. */
export interface Writes {
  transactions: number;
  longestMs: number;
}

/** Ends the writer, then compares both tables row by row and says what was found; throws where a difference is not explained. */
export async function proveEqual(
  stage: Stage,
  { folder, joiner, writer }: { folder: string; joiner: string; writer: ShopWriter },
): Promise<Writes> {
  const { lastVersion, transactions, longestMs } = await writer.end();
  stage.act(
    'Is it really equal?',
    '   The writer ends, and both tables are compared by SQL, without foresync.',
  );
  const startedMs = performance.now();
  const { version, equal, later, unexplained } = compare(
    path.join(folder, 'us-east', 'shop.db'),
    path.join(folder, `${joiner}.db`),
  );
  const row = (count: number, what: string) => `${formatCount(count).padStart(9)} ${what}`;
  stage.done(row(equal, 'rows are equal in every column'), startedMs);
  stage.done(row(later, `differ because the shop wrote them after ${joiner} was in sync`));
  stage.done(row(unexplained, 'differ otherwise'));
  stage.done(
    `${joiner} is us-east as it was after transaction ${formatCount(version)}; by now there are ${formatCount(lastVersion)}.`,
  );
  if (unexplained > 0)
    throw new Error(`${formatCount(unexplained)} rows differ that were not written later.`);
  return { transactions, longestMs };
}
