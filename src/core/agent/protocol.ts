import { z } from 'zod';
import { donorRequests } from './donor-requests.ts';
import { joinerRequests } from './joiner-requests.ts';
import { lookRequests } from './look-requests.ts';
import { postgresRequests } from './postgres-requests.ts';
import { postgresServingRequests } from './postgres-serving-requests.ts';
import { postgresStandbyRequests } from './postgres-standby-requests.ts';
import { postgresWarmRequests } from './postgres-warm-requests.ts';
import { bytes, count, none, problem, request } from './wire-shapes.ts';

/**
 * The requests that an agent answers. A request is one frame, its answer another with the same number; both carry a JSON
 * header and any number of parts: chunk images and key lists, each compressed by zstd, so that the operator's process
 * passes them on as they are. An agent takes requests in order of arrival, and answers when it is done with each.
 *
 * Its versions are in transport/handshake.ts.
 */

export const requests = {
  /** Tells the agent that somebody is there; it says what it has cost so far: time of processors, and the most memory that it had. */
  'agent.ping': request(none, z.strictObject({ cpuMs: z.number().min(0), peakBytes: bytes })),
  ...lookRequests,
  ...donorRequests,
  ...joinerRequests,
  ...postgresRequests,
  ...postgresServingRequests,
  ...postgresWarmRequests,
  ...postgresStandbyRequests,
} as const;

/** An error as it travels. */
export type Problem = z.infer<typeof problem>;

export type RequestType = keyof typeof requests;
export type Params<T extends RequestType> = z.infer<(typeof requests)[T]['params']>;
export type Result<T extends RequestType> = z.infer<(typeof requests)[T]['result']>;

export const requestHeader = z.strictObject({
  n: count,
  type: z.enum(Object.keys(requests) as [RequestType, ...RequestType[]]),
  params: z.unknown(),
  sizes: z.array(bytes).max(8),
});

export const answerHeader = z.strictObject({
  n: count,
  /** How long the agent had nothing to do before the request had come. */
  idleMs: count,
  result: z.unknown().optional(),
  error: problem.optional(),
  sizes: z.array(bytes).max(8),
});

/** What an agent sends now and then while it is busy for long. */
export const beat = z.strictObject({ beat: z.literal(true) });

/** What a joiner's agent sends where rows are asked for that are not there yet; its only part are the keys (planned-keys.ts), compressed. */
export const wanted = z.strictObject({ wanted: count, sizes: z.array(bytes).length(1) });

/** Cuts a frame's payload into its parts. Returns undefined where the sizes do not add up. */
export function splitParts(payload: Buffer, sizes: readonly number[]): Buffer[] | undefined {
  const parts: Buffer[] = [];
  let offset = 0;
  for (const size of sizes) {
    parts.push(payload.subarray(offset, offset + size));
    offset += size;
  }
  return offset === payload.length ? parts : undefined;
}
