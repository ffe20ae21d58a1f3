import type { Wait } from '../clock.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';

const everyMs = 1000;
/** From this share of its budget on, who paused the run is told. */
const fullShare = 0.8;

interface Watched {
  name: string;
  agent: { readonly answerMs: number | undefined };
}

/**
 * Tells once a second how long donors take for an answer, and while the run is paused how the Delta Log grows, which goes on all the
 * time. Resolves when the signal trips; rejects where the lead does not answer.
 */
export async function watchDonors({
  donors,
  readLog,
  pace,
  emit,
  wait,
  signal,
}: {
  donors: readonly Watched[];
  /** Asks the lead. */
  readLog(): Promise<{ keys: number; budgetKeys: number }>;
  pace: Pick<Pace, 'isPaused'>;
  emit: Emit;
  wait: Wait;
  signal: AbortSignal;
}): Promise<void> {
  let hasWarned = false;
  for (;;) {
    await wait(everyMs, signal);
    if (signal.aborted) return;
    for (const { name, agent } of donors)
      if (agent.answerMs !== undefined) emit({ type: 'latency', donor: name, answerMs: agent.answerMs });
    if (!pace.isPaused) hasWarned = false;
    // Nothing else asks for it then.
    if (!pace.isPaused) continue;
    const { keys, budgetKeys } = await readLog();
    if (signal.aborted) return;
    emit({ type: 'delta-log', keys, budgetKeys });
    if (hasWarned || keys < fullShare * budgetKeys) continue;
    hasWarned = true;
    emit({
      type: 'note',
      level: 'warning',
      text: `The Delta Log is filling up: ${keys} keys of a budget of ${budgetKeys}. Past it the copy begins anew: go on before.`,
    });
  }
}
