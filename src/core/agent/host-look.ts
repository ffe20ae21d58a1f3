import type { Clock } from '../clock.ts';
import type { AgentClient } from './client.ts';
import type { Result } from './protocol.ts';

export type HostLook = Result<'host.look'>;

/** How far a host's clock is ahead of ours. It may be off by half a round trip in either direction. */
export interface Skew {
  aheadMs: number;
  roundTripMs: number;
}

/** Asks a host about itself, `looks` times for the sake of its clock: the shortest of the round trips tells most. */
export async function lookAtHost(
  agent: Pick<AgentClient, 'call'>,
  clock: Clock,
  looks: number,
): Promise<{ look: HostLook; skew: Skew }> {
  let found: { look: HostLook; skew: Skew } | undefined;
  for (let n = 0; n < looks; n++) {
    const askedMs = clock.nowMs();
    const start = performance.now();
    const { result: look } = await agent.call('host.look', {});
    const roundTripMs = performance.now() - start;
    const skew = { aheadMs: look.nowMs - (askedMs + roundTripMs / 2), roundTripMs };
    if (!found || roundTripMs < found.skew.roundTripMs) found = { look, skew };
  }
  if (!found) throw new RangeError('nothing was asked');
  return found;
}
