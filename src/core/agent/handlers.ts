import type { Params, RequestType, Result } from './protocol.ts';

/**
 * What a handler answers: the result and the parts, compressed already where `packed`, else to be compressed with `level`. Their
 * memory is released once sent.
 */
export interface Answer<T extends RequestType> {
  result: Result<T>;
  parts?: Buffer[];
  packed?: boolean;
  level?: number;
}

/**
 * A handler gets its parts decompressed; when its answer is there, their memory is released. Requests are handed to
 * handlers in order of arrival.
 */
export type Handler<T extends RequestType> = (
  params: Params<T>,
  parts: Buffer[],
) => Answer<T> | Promise<Answer<T>>;

export type Handlers = { [T in RequestType]?: Handler<T> };
