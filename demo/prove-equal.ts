import path from 'node:path';
import { formatCount } from '../src/ui/format.ts';
import { compare } from './proof.ts';
import type { ShopWriter } from './shop-writer.ts';
import type { Stage } from './stage.ts';

/** Ends the writer, then compares both tables row by row and says what was found; throws where a difference is not explained. */
export async function proveEqual(
  stage: Stage,
  { folder, joiner, writer }: { folder: string; joiner: string; writer: ShopWriter },
): Promise<{ longestWriteMs: number }> {
  const { lastVersion, longestMs } = await writer.end();
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
  stage.done(row(later, `differ because the shop wrote them later: ${joiner} equals us-east`));
  stage.done(
    row(
      lastVersion - version,
      `transactions ago, at number ${formatCount(version)} of ${formatCount(lastVersion)}`,
    ),
  );
  stage.done(row(unexplained, 'rows differ otherwise'));
  if (unexplained > 0)
    throw new Error(`${formatCount(unexplained)} rows differ that were not written later.`);
  return { longestWriteMs: longestMs };
}
