import path from 'node:path';
import { formatCount, formatDuration } from '../src/ui/format.ts';
import { compare } from './proof.ts';
import type { ShopWriter } from './shop-writer.ts';
import type { Stage } from './stage.ts';

/** Ends the writer, then compares both tables row by row and says what was found; throws where a difference is not explained. */
export async function proveEqual(
  stage: Stage,
  { folder, joiner, writer }: { folder: string; joiner: string; writer: ShopWriter },
): Promise<void> {
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
  stage.done(`${formatCount(equal)} rows equal, in every column`, startedMs);
  const since = `${formatCount(later)} rows were written since: ${joiner} stands at transaction ${formatCount(version)}`;
  stage.done(`${since} of ${formatCount(lastVersion)}`);
  stage.done(`${formatCount(unexplained)} rows differ otherwise`);
  stage.done(
    `the shop wrote ${formatCount(transactions)} transactions meanwhile, the longest took ${formatDuration(longestMs)}`,
  );
  if (unexplained > 0)
    throw new Error(`${formatCount(unexplained)} rows differ that were not written since.`);
}
