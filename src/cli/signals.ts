let controller: AbortController | undefined;

/**
 * One signal for the whole process: the first SIGINT or SIGTERM aborts it, so that work stops at a safe point; the
 * second ends the process as the signal itself would.
 */
export function interruption(): AbortSignal {
  if (controller) return controller.signal;
  const created = new AbortController();
  controller = created;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (created.signal.aborted) process.exit(128 + (name === 'SIGINT' ? 2 : 15));
      created.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
    });
  }
  return created.signal;
}
