import type { ReleaseResult } from '../core/sync/release.ts';
import { printable } from '../core/text.ts';

/** What `prefetch --release` took away, or with `dryRun` would, a line each. */
export function releasedLines(
  { captureId, donors }: ReleaseResult,
  lead: string,
  { dryRun }: { dryRun: boolean },
): string[] {
  const log = `Delta Log at ${printable(lead)}`;
  const gone = dryRun ? 'would go' : 'is gone';
  const none = dryRun ? 'There is' : 'There was';
  return [
    captureId ? `The ${log} ${gone}.` : `${none} no ${log}.`,
    ...donors.map(({ donor, released, reason }) => {
      const left = `the cache may be left: ${printable(reason ?? '')}`;
      const taken = dryRun ? 'any cache would go' : 'no cache is left';
      return `${printable(donor)}: ${released ? taken : left}`;
    }),
  ];
}
