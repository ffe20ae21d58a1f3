let controller: AbortController | undefined;
const atOnce = new Set<() => number | undefined>();

/**
 * One signal for the whole process: the first SIGINT or SIGTERM aborts it, so that work stops at a safe point; the
 * second ends the process with the exit code that it would have of the signal itself, or with a better one.
 */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const created = new AbortController();
  controller = created;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (created.signal.aborted) endAtOnce(128 + (name === 'SIGINT' ? 2 : 15));
      created.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
    });
  }
  return created.signal;
}

/**
 * Calls `work`, which must not wait for anything, before a second signal ends the process; it gives the exit code, where it knows a better one.
 * Gives the way to take that back.
 */
export function beforeEndAtOnce(work: () => number | undefined): () => void {
  atOnce.add(work);
  return () => atOnce.delete(work);
}

/** The first signal, as if it had come from outside: what asks for it may be a key. */
export function interruptSelf(): void {
  process.kill(process.pid, 'SIGINT');
}

/** Stops all processes of this job, as ctrl-Z does; resolves when the shell lets them go on. */
export function suspendSelf(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
}

/** Calls `answer` at each SIGUSR1, until the way to take that back is used. Else the signal does nothing: the entry point listens too. */
export function onStatusSignal(answer: () => void): () => void {
  process.on('SIGUSR1', answer);
  return () => process.off('SIGUSR1', answer);
}

function endAtOnce(signalsCode: number): never {
  let exitCode = signalsCode;
  for (const work of atOnce) exitCode = work() ?? exitCode;
  process.exit(exitCode);
}
