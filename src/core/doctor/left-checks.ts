import { ForesyncError } from '../errors.ts';
import { formatBytes, formatCounted, formatInstant } from '../format.ts';
import { isFree, isOwnedBy, ownerOf, unclaimed } from '../sync/capture-owner.ts';
import { type Check, failure, info, ok, warning } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';
import type { StoreLook } from './store-checks.ts';

type Capture = NonNullable<StoreLook['capture']>;

const takesAway = "'foresync prefetch --release' takes it away.";

/** What earlier runs left at a donor. `leadLook` is undefined where the lead could not be looked at. */
export function leftChecks(
  look: StoreLook,
  { isLead, leadLook }: { isLead: boolean; leadLook: StoreLook | undefined },
  options: DoctorOptions,
): Check[] {
  const checks = [
    ...(look.isCaptured ? [captureCheck(look, isLead, options)] : []),
    ...cacheChecks(look, leadLook),
  ];
  return checks.length > 0 ? checks : [ok('left', 'nothing of an earlier run')];
}

function captureCheck({ capture, table }: StoreLook, isLead: boolean, options: DoctorOptions): Check {
  if (!capture || !table)
    return warning('left', 'the Delta Log of a table that cannot be followed any more', takesAway);
  if (!isLead)
    return warning(
      'left',
      'a Delta Log, though this is not the lead',
      "Make it the lead in foresync.yaml and run 'foresync prefetch --release'; then put the lead back.",
    );
  const keys = formatCounted(capture.keys, 'key');
  if (capture.broken !== undefined)
    return warning('left', `a Delta Log that is broken off (${capture.broken}), ${keys}`, takesAway);
  const until = formatInstant(capture.leaseUntilMs);
  if (capture.leaseUntilMs <= options.clock.nowMs())
    return warning('left', `a Delta Log whose time was over at ${until}, ${keys}`, takesAway);
  if (isFree(capture.id))
    return info(
      'left',
      `the Delta Log of a prefetch, ${keys}, until ${until}`,
      `add-replica uses it; ${takesAway}`,
    );
  return runsCapture(capture, keys, options);
}

/** A run's, within its lease: that run lives, or ended less than a quarter of an hour ago. */
function runsCapture({ id }: Capture, keys: string, { group, joiner }: DoctorOptions): Check {
  if (joiner && isOwnedBy(id, ownerOf(group.name, joiner)))
    return info(
      'left',
      `the Delta Log of a run for ${joiner.name}, ${keys}`,
      "The same command goes on from there; 'foresync abort' gives up.",
    );
  const found = `the Delta Log of ${joiner ? 'another run' : 'a run'} that lives or has died just now, ${keys}`;
  const hint = "'foresync status' tells which; 'foresync abort' ends it.";
  if (!joiner) return warning('left', found, hint);
  return failure('left', new ForesyncError('exists', 'capture-running', `${found}.`, { hint }));
}

function cacheChecks({ caches }: StoreLook, leadLook: StoreLook | undefined): Check[] {
  return caches.map(({ path, sizeBytes, captureId }) => {
    const what = `a Prefetch Cache of ${formatBytes(sizeBytes)}, ${path}`;
    if (!leadLook) return info('left', what);
    const isOwned = captureId !== undefined && captureId === unclaimed(leadLook.capture?.id ?? '');
    return isOwned ? info('left', what) : warning('left', `${what}, that no Delta Log belongs to`, takesAway);
  });
}

/** What an earlier run left at a joiner's place. */
export function stagingCheck(stagingBytes: number, hasTable: boolean): Check {
  const what = `a half-built joiner of ${formatBytes(stagingBytes)} beside it`;
  if (hasTable) return warning('left', what, "'foresync abort' takes it away.");
  return info(
    'left',
    what,
    "The same add-replica goes on with it where it can; 'foresync abort' takes it away.",
  );
}
