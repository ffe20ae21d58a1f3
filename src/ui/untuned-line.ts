import { printable } from '../core/text.ts';
import type { Tuning } from '../core/tuning/try-steps.ts';

/** Why a run tuned nothing: the reason for which most parameters stay. `each` is the command that tells that of each. */
export function untunedLine(tunings: readonly Tuning[], each: string): string {
  const counts = new Map<string, number>();
  for (const { reason } of tunings) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  if (!most) return 'Nothing was tuned: the run did not come to its good end.';
  const [reason, parameters] = most;
  if (parameters === tunings.length) return `Nothing was tuned: ${printable(reason, 400)}.`;
  return `Nothing was tuned, ${parameters} of ${tunings.length} parameters because ${printable(reason, 400)}. '${each}' tells each.`;
}
