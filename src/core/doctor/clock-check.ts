import type { Skew } from '../agent/host-look.ts';
import { formatDuration } from '../format.ts';
import { type Check, ok, warning } from './check.ts';

const mostSkewMs = 1000;

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
