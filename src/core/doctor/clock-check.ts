import type { AgentClient } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import type { Clock } from '../clock.ts';
import { formatDuration } from '../format.ts';
import { type Check, ok, warning } from './check.ts';

export type HostLook = Result<'host.look'>;

/** The shortest of so many round trips tells most. */
const looks = 5;
const mostSkewMs = 1000;

/** How far a host's clock is ahead of ours. It may be off by half a round trip in either direction. */
export interface Skew {
  aheadMs: number;
  roundTripMs: number;
}

/** Asks a host about itself, several times for the sake of its clock. */
export async function lookAtHost(agent: AgentClient, clock: Clock): Promise<{ look: HostLook; skew: Skew }> {
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

export function clockCheck({ aheadMs, roundTripMs }: Skew): Check {
  const offMs = Math.abs(aheadMs);
  const give = `give or take ${formatDuration(roundTripMs / 2)}`;
  const text =
    offMs <= roundTripMs / 2
      ? `agrees with ours, ${give}`
      : `${formatDuration(offMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours, ${give}`;
  if (offMs - roundTripMs / 2 <= mostSkewMs)
    return ok('clock', `${text} (round trip ${formatDuration(roundTripMs)})`);
  return warning(
    'clock',
    text,
    'Look at its time service, for example with timedatectl or chronyc tracking; times of access logs are off as well.',
  );
}
