import type { Clock, Wait } from '../clock.ts';
import type { Emit } from './events.ts';
import { nextLimit } from './next-limit.ts';
import type { Pace } from './pace.ts';

const everyMs = 1000;

/**
 * Looks once a second how long a small write at the donor takes, and slows the run down while that is more than `maxWriteMs`. Resolves when
 * the signal trips; rejects where the donor does not answer.
 */
export async function spareDonor({
  probe,
  maxWriteMs,
  pace,
  emit,
  clock,
  wait,
  signal,
  tell,
}: {
  /** Makes such a write, and gives the milliseconds that it took. */
  probe(): Promise<number>;
  maxWriteMs: number;
  pace: Pace;
  emit: Emit;
  clock: Clock;
  wait: Wait;
  signal: AbortSignal;
  /** Is told how long each write took. */
  tell(writeMs: number): void;
}): Promise<void> {
  let limit: number | undefined;
  pace.spareDonor(limit);
  let before = { sentBytes: pace.sentBytes, atMs: clock.nowMs() };
  for (;;) {
    await wait(everyMs, signal);
    if (signal.aborted) return;
    const writeMs = await probe();
    tell(writeMs);
    const now = { sentBytes: pace.sentBytes, atMs: clock.nowMs() };
    // A run that reads nothing is not what writes wait for.
    if (pace.isPaused) {
      before = now;
      continue;
    }
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
    const next = nextLimit({ writeMs, maxWriteMs }, limit, (now.sentBytes - before.sentBytes) / seconds);
    before = now;
    if (limit === undefined && next !== undefined)
      emit({
        type: 'note',
        level: 'info',
        text: `A write at the donor takes ${Math.ceil(writeMs)} ms: slowing down.`,
      });
    if (limit !== undefined && next === undefined)
      emit({ type: 'note', level: 'info', text: 'Writes at the donor are quick again: at full speed.' });
    if (next === limit) continue;
    limit = next;
    pace.spareDonor(limit);
    emit({ type: 'limit', limit: pace.limit });
  }
}
