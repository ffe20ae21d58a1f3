import type { Handlers } from './handlers.ts';

/** The same handlers, whose errors go through `told`, which gets the request's parameters too. */
export function tellingErrors(
  handlers: Handlers,
  told: (error: unknown, params: unknown) => unknown,
): Handlers {
  const telling = Object.entries(handlers).map(([type, handler]) => {
    const work = handler as (params: unknown, parts: Buffer[]) => unknown;
    return [
      type,
      async (params: unknown, parts: Buffer[]) => {
        try {
          return await work(params, parts);
        } catch (error) {
          throw told(error, params);
        }
      },
    ];
  });
  return Object.fromEntries(telling) as Handlers;
}
