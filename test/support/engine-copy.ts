import type { RowKey } from '../../src/core/row-key.ts';
import { readCapture, startCapture } from '../../src/core/store/sqlite/capture.ts';
import { type Connection, connect } from '../../src/core/store/sqlite/connection.ts';
import { pruneDelta, prunedTo } from '../../src/core/store/sqlite/delta-pruning.ts';
import { type DeltaLimits, DonorReader } from '../../src/core/store/sqlite/donor.ts';
import { Joiner } from '../../src/core/store/sqlite/joiner.ts';
import { publish } from '../../src/core/store/sqlite/publish.ts';
import { releasePublished } from '../../src/core/store/sqlite/published.ts';
import type { Stored } from '../../src/core/store/sqlite/received.ts';
import type { ScanRange } from '../../src/core/store/sqlite/scan.ts';
import { readTableShape, type TableShape } from '../../src/core/store/sqlite/table-shape.ts';

export const captureId = 'test-capture';
const bootId = 'test-boot';

/** A donor as the engine sees it: its own connection, the table's shape, and a reader that follows a new capture. */
export interface EngineDonor {
  db: Connection;
  shape: TableShape;
  reader: DonorReader;
}

export function openDonor(file: string, table: string): EngineDonor {
  const db = connect(file, { existing: true });
  const shape = readTableShape(db, table);
  return { db, shape, reader: new DonorReader(db, shape) };
}

export function capture(donor: EngineDonor, more: { leaseUntilMs?: number; budgetKeys?: number } = {}): void {
  const nowMs = Date.now();
  const options = { id: captureId, leaseUntilMs: nowMs + 600_000, budgetKeys: 1_000_000, nowMs, ...more };
  startCapture(donor.db, donor.shape, options);
  donor.reader.follow(captureId);
}

export function openJoiner(file: string, shape: TableShape, id = captureId, prunedTo = 0) {
  return Joiner.open(file, shape, {
    runId: 'test-run',
    captureId: id,
    bootId,
    log: { prunedTo, logEnd: Number.MAX_SAFE_INTEGER },
  });
}

/** Puts a copy in its place, and leaves nothing of foresync's with it. */
export function publishCopy(
  file: string,
  shape: TableShape,
  { replace = false, walMode = false }: { replace?: boolean; walMode?: boolean } = {},
): void {
  const identity = { runId: 'test-run', captureId, bootId, tableSql: shape.sql };
  const keep = { ...identity, stage: 'synced', watermark: 0, snapshotAfter: undefined } as const;
  publish(file, shape, { replace, walMode, keep });
  releasePublished(file, shape.name);
}

export interface CopyTally {
  /** Ranges and rechecks whose digests were not equal at once. */
  unequal: number;
}

/**
 * Copies a table with donor and joiner in one process, as a run does, and yields between any two calls of the engine, so
 * that a test can write to the donor there. `reopens` says before each call whether the joiner's process died meanwhile.
 */
export function* copyTable(
  donor: EngineDonor,
  joinerFile: string,
  options: {
    hot: readonly RowKey[];
    targetBytes: number;
    limits: DeltaLimits;
    reopens?: () => boolean;
    /** Says before each chunk whether a round of the Delta Log goes behind it, and is pruned when it is applied. */
    roundBehind?: () => boolean;
    tally: CopyTally;
  },
): Generator<string, void> {
  const { reader, shape, db } = donor;
  const { targetBytes, limits, tally } = options;
  let joiner = openJoiner(joinerFile, shape).joiner;
  const stage = () => joiner.checkpoint.stage;
  const at = (): Joiner => {
    if (!options.reopens?.()) return joiner;
    joiner.close();
    const opened = openJoiner(joinerFile, shape, captureId, prunedTo(db, shape));
    if (!opened.resumed) throw new Error('the joiner did not resume');
    joiner = opened.joiner;
    return joiner;
  };
  try {
    for (let keys = [...options.hot]; keys.length > 0; ) {
      const chunk = reader.planned.hot(keys, { maxBytes: targetBytes, digests: false });
      reader.planned.leaveOut(keys.slice(0, chunk.keysRead));
      keys = keys.slice(chunk.keysRead);
      yield 'hot read';
      asStored(at().hot(chunk.image, { compare: true }));
      yield 'hot';
    }
    do {
      const chunk = reader.snapshot(joiner.checkpoint.snapshotAfter, targetBytes);
      yield 'snapshot read';
      const round = options.roundBehind?.() ? reader.delta(joiner.checkpoint.watermark, limits) : undefined;
      if (round) yield 'round read';
      asStored(at().snapshot(chunk.image, chunk.to, { compare: true }));
      yield 'snapshot';
      if (!round) continue;
      at().delta(round);
      yield 'round';
      pruneDelta(db, shape, { upTo: joiner.checkpoint.watermark, maxKeys: limits.maxKeys });
    } while (stage() !== 'delta');
    at().finishIndexes();
    for (let complete = false; !complete; ) {
      const chunk = reader.delta(joiner.checkpoint.watermark, limits);
      complete = chunk.complete;
      yield 'delta read';
      at().delta(chunk);
      yield 'delta';
    }
    const since = joiner.checkpoint.watermark;
    yield* compareAll(at);
    for (let from = since; stage() !== 'synced'; ) {
      const { tail, recheck } = reader.recheck(joiner.checkpoint.watermark, from, limits);
      if (!recheck) at().delta(tail);
      else {
        const { differences } = at().recheck(tail, recheck);
        if (differences > 0) tally.unequal++;
        from = recheck.until;
      }
      if (stage() !== 'synced') yield 'recheck';
    }
  } finally {
    joiner.close();
  }

  function* compareAll(at: () => Joiner): Generator<string, void> {
    const unequal: ScanRange[] = [];
    for (let from: ScanRange['from'], done = false; !done; ) {
      const { tail, range } = reader.verify(joiner.checkpoint.watermark, from, targetBytes, limits);
      yield 'verify read';
      if (!range) at().delta(tail);
      else {
        if (!at().verify(tail, { from, to: range.to }, range.digest).same)
          unequal.push({ from, to: range.to });
        from = range.to;
        done = from === undefined;
      }
      yield 'verify';
    }
    tally.unequal += unequal.length;
    for (const range of unequal) {
      for (;;) {
        const { tail, image, digest } = reader.range(joiner.checkpoint.watermark, range, limits);
        yield 'range read';
        if (!image || !digest) at().delta(tail);
        else {
          if (!at().repair(tail, range, image, digest).same) throw new Error('a repaired range differs');
          break;
        }
      }
      yield 'repair';
    }
  }

  // Read once more so that a log that broke unnoticed cannot pass for a sound one.
  if (readCapture(db, shape)?.broken) throw new Error('the Delta Log broke');
}

/** Whatever was written before: where a chunk was just put, the table has what came. */
function asStored({ same }: Stored): void {
  if (!same) throw new Error('what was read back is not what came');
}
