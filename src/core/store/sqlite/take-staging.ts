import { existsSync } from 'node:fs';
import { leftBulk, takePlace } from './bulk-load.ts';
import type { Checkpoint, LogExtent } from './checkpoint.ts';
import { type Connection, storeError } from './connection.ts';
import { createStaging, discardBulk, discardLeftStaging, reopen, stagingPath } from './staging.ts';
import type { TableShape } from './table-shape.ts';

/** Whose joiner it is, and what changes it can still get. */
export interface StagingIdentity {
  runId: string;
  captureId: string;
  bootId: string;
  log: LogExtent;
}

/**
 * Opens the staging file of `file`, with the lock on it; starts it anew where it belongs to another capture, table or boot of the host, or where
 * changes that it has not were pruned from the Delta Log. `resumed` tells which.
 */
export function takeStaging(
  file: string,
  shape: TableShape,
  { log, ...identity }: StagingIdentity,
): { db: Connection; checkpoint: Checkpoint; resumed: boolean } {
  const staging = stagingPath(file);
  try {
    const kept = existsSync(staging) ? resumed(staging, shape, { ...identity, log }) : undefined;
    if (kept) return { ...kept, resumed: true };
    discardLeftStaging(file);
    const checkpoint: Checkpoint = {
      ...identity,
      tableSql: shape.sql,
      stage: 'hot',
      // Rows are read from now on, so none shows an older state.
      watermark: log.prunedTo,
      snapshotAfter: undefined,
    };
    return { db: createStaging(staging, shape, checkpoint), checkpoint, resumed: false };
  } catch (error) {
    throw storeError(error, staging);
  }
}

/** Whatever becomes of the files meanwhile, the lock on what stands in the staging file's place is held. */
function resumed(staging: string, shape: TableShape, identity: StagingIdentity) {
  const kept = reopen(staging, shape, identity);
  if (!kept) return undefined;
  let left: ReturnType<typeof leftBulk> = 'none';
  let goesOn = false;
  try {
    if (kept.checkpoint.bulk) left = leftBulk(staging);
    // One that was begun, and whose first rows never counted.
    else discardBulk(staging);
    if (left === 'sealed') takePlace(staging);
    goesOn = left === 'growing' || !kept.checkpoint.bulk;
  } finally {
    if (!goesOn) kept.db.close();
  }
  if (goesOn) return kept;
  return left === 'sealed' ? reopen(staging, shape, identity) : undefined;
}
