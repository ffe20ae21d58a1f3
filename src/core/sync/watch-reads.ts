import type { Wait } from '../clock.ts';

const everyMs = 1000;

/** Has it told once a second how a joiner's reads go. Resolves when the signal trips; rejects where the joiner does not answer. */
export async function watchReads({
  tell,
  wait,
  signal,
}: {
  tell(): Promise<void>;
  wait: Wait;
  signal: AbortSignal;
}): Promise<void> {
  for (;;) {
    await wait(everyMs, signal);
    if (signal.aborted) return;
    await tell();
  }
}
