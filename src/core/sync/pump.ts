/**
 * Keeps up to `depth` requests under way and hands their answers on in the order of the requests, while later ones are
 * still on their way; `next` gives undefined when there is nothing more to ask for. Deliveries may overlap too, up to
 * `deliveries`, which may change meanwhile, or else `depth`: whoever takes them must keep their order, as an agent does.
 *
 * Rejects with the first error of either side, after the rest has settled; stops asking once `signal` is tripped.
 */
export async function pump<T>(options: {
  depth: number;
  deliveries?: (() => number) | undefined;
  signal: AbortSignal;
  next(): Promise<T> | undefined;
  deliver(item: T): Promise<void>;
}): Promise<void> {
  const asked: Promise<T>[] = [];
  const delivered: Promise<void>[] = [];
  const ask = (): boolean => {
    const request = options.signal.aborted ? undefined : options.next();
    if (!request) return false;
    request.catch(() => undefined);
    asked.push(request);
    return true;
  };
  try {
    while (asked.length < options.depth && ask());
    for (let request = asked.shift(); request; request = asked.shift()) {
      const item = await request;
      const delivery = options.deliver(item);
      delivery.catch(() => undefined);
      delivered.push(delivery);
      while (delivered.length >= (options.deliveries?.() ?? options.depth)) await delivered.shift();
      while (asked.length < options.depth && ask());
    }
    await Promise.all(delivered);
    options.signal.throwIfAborted();
  } finally {
    await Promise.allSettled([...asked, ...delivered]);
  }
}
