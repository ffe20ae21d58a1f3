import { existsSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { dropCapture, isCaptured, readCapture, renewLease, startCapture } from '../store/sqlite/capture.ts';
import type { DeltaChunk } from '../store/sqlite/chunk.ts';
import { type Connection, connect, storeError } from '../store/sqlite/connection.ts';
import { pruneDelta, prunedTo } from '../store/sqlite/delta-pruning.ts';
import { DonorReader } from '../store/sqlite/donor.ts';
import type { ScanKey } from '../store/sqlite/key-codec.ts';
import { logBroken, storeReplaced, tableAltered, tableDropped } from '../store/sqlite/refusals.ts';
import {
  definitionOf,
  readDefinition,
  readTableShape,
  type TableShape,
} from '../store/sqlite/table-shape.ts';
import { measureTable, positionOf } from '../store/sqlite/table-size.ts';
import { fileIdOf } from './boot-id.ts';
import { compress } from './compression.ts';
import type { Handlers } from './handlers.ts';
import { decodeKeys } from './planned-keys.ts';
import { PrefetchCache } from './prefetch-cache.ts';
import { tellingErrors } from './telling-errors.ts';

interface OpenDonor {
  db: Connection;
  path: string;
  fileId: string;
  shape: TableShape;
  reader: DonorReader;
  rowsEstimate: number;
  position: ((rowid: bigint) => number) | undefined;
  cache: PrefetchCache | undefined;
  /** Changes up to here are on their way to the joiner. */
  watermark: number;
  /** The place in the Delta Log and the file's version when the joiner's place was taken up; until then nothing is known to be quiet. */
  sought: { watermark: number; dataVersion: number } | undefined;
  /** The watermark at which verification began. */
  verifiedSince: number | undefined;
  snapshotAfter: ScanKey | undefined;
  snapshotDone: boolean;
  verifyAfter: ScanKey | undefined;
  verifyDone: boolean;
  rowsWalked: number;
  rowsVerified: number;
}

/** The requests that make a replica a donor. State lives as long as the agent's process. */
export function donorHandlers(clock: Clock): { handlers: Handlers; close(): void } {
  let open: OpenDonor | undefined;
  const donor = (): OpenDonor => {
    if (!open) throw new ForesyncError('protocol', 'donor-not-open', 'No donor is open.');
    return open;
  };
  const tailOf = (tail: DeltaChunk) => {
    donor().watermark = tail.watermark;
    const { image, ...figures } = tail;
    return { ...figures, rawBytes: image.length };
  };

  const handlers: Handlers = {
    'donor.open': ({ path, table }) => {
      open?.cache?.close();
      open?.db.close();
      open = undefined;
      const db = connect(path, { existing: true });
      const shape = shapeOf(db, path, table);
      const size = measureTable(db, shape);
      const walMode = db.pragma('journal_mode', { simple: true }) === 'wal';
      const reader = new DonorReader(db, shape);
      open = {
        db,
        path,
        fileId: fileIdOf(path),
        shape,
        reader,
        rowsEstimate: size.rowsEstimate,
        position: positionOf(db, shape),
        cache: undefined,
        watermark: 0,
        sought: undefined,
        verifiedSince: undefined,
        snapshotAfter: undefined,
        snapshotDone: false,
        verifyAfter: undefined,
        verifyDone: false,
        rowsWalked: 0,
        rowsVerified: 0,
      };
      return { result: { shape, ...size, walMode, fileId: open.fileId } };
    },
    'capture.read': () => {
      const state = readCapture(donor().db, donor().shape);
      if (!state) return { result: { watermark: 0, keys: 0, leaseUntilMs: 0 } };
      const { id, watermark, keys, broken, leaseUntilMs, budgetKeys } = state;
      return { result: { id, watermark, keys, broken, leaseUntilMs, budgetKeys } };
    },
    'capture.start': ({ id, leaseMs, budgetKeys }) => {
      const { db, shape, reader } = donor();
      const nowMs = clock.nowMs();
      const { watermark, keys } = startCapture(db, shape, {
        id,
        leaseUntilMs: nowMs + leaseMs,
        budgetKeys,
        nowMs,
      });
      reader.follow(id);
      return { result: { watermark, keys, prunedTo: prunedTo(db, shape) } };
    },
    'capture.renew': ({ leaseMs }) => {
      const startMs = performance.now();
      renewLease(donor().db, donor().shape, clock.nowMs() + leaseMs);
      return { result: { writeMs: performance.now() - startMs } };
    },
    'capture.stop': () => {
      dropCapture(donor().db, donor().shape);
      return { result: {} };
    },
    'cache.open': ({ captureId, kind, limitBytes, create }) => {
      const { path, shape } = donor();
      donor().cache?.close();
      const options = { captureId, kind, limitBytes };
      const cache = create
        ? PrefetchCache.create(path, shape.name, options)
        : PrefetchCache.find(path, shape.name, captureId);
      donor().cache = cache;
      return {
        result: { chunks: cache?.chunks ?? 0, storedBytes: cache?.storedBytes ?? 0, path: cache?.path },
      };
    },
    'cache.fill': async ({ maxBytes, digests }, [keyList = Buffer.alloc(0)]) => {
      const { cache, reader } = donor();
      if (!cache) throw new ForesyncError('protocol', 'cache-not-open', 'No Prefetch Cache is open.');
      const chunk = reader.planned.hot(decodeKeys(keyList), { maxBytes, digests });
      const [rowsPart, digestsPart] = await Promise.all([compress(chunk.image), compress(chunk.digests)]);
      const { keysRead, rows, missing } = chunk;
      const figures = { keysRead, rows, missing, rawBytes: chunk.image.length };
      const full = !cache.store(keyList, { ...figures, rowsPart, digestsPart });
      return { result: { ...figures, storedBytes: rowsPart.length + digestsPart.length, full } };
    },
    'cache.drop': () => {
      dropCache(donor());
      return { result: {} };
    },
    'hot.read': ({ maxBytes, leaveOut, digests }, [keyList = Buffer.alloc(0)]) => {
      const { cache, reader } = donor();
      const keys = decodeKeys(keyList);
      const cached = cache?.read(keyList);
      if (cached) {
        const { rowsPart, digestsPart, ...figures } = cached;
        if (leaveOut) reader.planned.leaveOut(keys.slice(0, figures.keysRead));
        return {
          result: { ...figures, cached: true, quiet: false },
          parts: [rowsPart, digestsPart],
          packed: true,
        };
      }
      const chunk = reader.planned.hot(keys, { maxBytes, digests });
      const { keysRead, rows, missing } = chunk;
      if (leaveOut) reader.planned.leaveOut(keys.slice(0, keysRead));
      const rawBytes = chunk.image.length;
      const result = { keysRead, rows, missing, cached: false, rawBytes, quiet: isQuiet(donor()) };
      return { result, parts: [chunk.image, chunk.digests] };
    },
    'hot.settle': ({ maxBytes }, [keyList = Buffer.alloc(0), digests = Buffer.alloc(0)]) => {
      const { reader } = donor();
      const keys = decodeKeys(keyList);
      const { image, keyImage, ...figures } = reader.planned.settle(keys, digests, maxBytes);
      reader.planned.leaveOut(keys.slice(0, figures.keysRead));
      const rawBytes = figures.differing > 0 ? image.length : 0;
      return { result: { ...figures, rawBytes }, parts: figures.differing > 0 ? [image, keyImage] : [] };
    },
    'donor.seek': ({ watermark, snapshotAfter }) => {
      const sought = { watermark, dataVersion: donor().reader.dataVersion() };
      Object.assign(donor(), {
        watermark,
        sought,
        snapshotAfter,
        snapshotDone: false,
        verifyAfter: undefined,
        verifyDone: false,
        verifiedSince: undefined,
      });
      return { result: {} };
    },
    'snapshot.next': ({ targetBytes, level }) => {
      const state = donor();
      if (state.snapshotDone)
        return { result: { rows: 0, share: 1, rawBytes: 0, backlog: 0, quiet: isQuiet(state) } };
      const { image, rows, to, backlog } = state.reader.snapshot(state.snapshotAfter, targetBytes);
      state.snapshotAfter = to;
      state.snapshotDone = to === undefined;
      state.rowsWalked += rows;
      return {
        result: {
          rows,
          to,
          share: shareOf(state, state.rowsWalked, to),
          rawBytes: image.length,
          backlog,
          quiet: isQuiet(state),
        },
        parts: [image],
        level,
      };
    },
    'delta.next': (limits) => {
      refuseAnotherFile(donor());
      const tail = donor().reader.delta(donor().watermark, limits);
      return { result: tailOf(tail), parts: [tail.image] };
    },
    'verify.begin': ({ count }) => {
      const state = donor();
      refuseAnotherFile(state);
      const rows = count && isQuiet(state) ? state.reader.rowCount() : undefined;
      const quiet = isQuiet(state);
      state.verifiedSince = quiet ? state.sought?.watermark : state.watermark;
      return { result: { quiet, rows } };
    },
    'delta.prune': ({ watermark, maxKeys }) => {
      const state = donor();
      if (watermark > state.watermark)
        throw new ForesyncError('protocol', 'prune-early', 'Changes were to go that the joiner cannot have.');
      // Its rows are older than what goes, which a joiner that begins anew would not hear of.
      dropCache(state);
      // Keys that are gone from the log cannot be compared again.
      state.sought = undefined;
      return { result: pruneDelta(state.db, state.shape, { upTo: watermark, maxKeys }) };
    },
    'verify.next': ({ targetBytes, ...limits }) => {
      const state = donor();
      const from = state.verifyAfter;
      const { tail, range }: ReturnType<DonorReader['verify']> = state.verifyDone
        ? { tail: state.reader.delta(state.watermark, limits) }
        : state.reader.verify(state.watermark, from, targetBytes, limits);
      if (!range) return { result: { tail: tailOf(tail), done: state.verifyDone }, parts: [tail.image] };
      state.verifyAfter = range.to;
      state.verifyDone = range.to === undefined;
      state.rowsVerified += range.rows;
      const covered = shareOf(state, state.rowsVerified, range.to);
      return {
        result: { tail: tailOf(tail), range: { from, ...range, share: covered }, done: state.verifyDone },
        parts: [tail.image],
      };
    },
    'range.read': ({ range, ...limits }) => {
      const { tail, image, rows, digest } = donor().reader.range(donor().watermark, range, limits);
      return {
        result: { tail: tailOf(tail), rows, digest },
        parts: image ? [tail.image, image] : [tail.image],
      };
    },
    'recheck.next': (limits) => {
      const state = donor();
      refuseAnotherFile(state);
      const { tail, recheck } = state.reader.recheck(state.watermark, state.verifiedSince ?? 0, limits);
      if (!recheck) return { result: { tail: tailOf(tail) }, parts: [tail.image] };
      const { keyImage, image, ...result } = recheck;
      state.verifiedSince = recheck.until;
      return { result: { tail: tailOf(tail), recheck: result }, parts: [tail.image, keyImage, image] };
    },
  };
  /** A file that is locked, damaged, or on a full disk is no defect of ours, nor is a table that was altered or dropped just now. */
  const told = (error: unknown) => {
    const code = systemCodeOf(error) ?? '';
    if (!open || !code.startsWith('SQLITE_')) return error;
    if (code !== 'SQLITE_ERROR') return storeError(error, open.path);
    const { db, shape } = open;
    if (readDefinition(db, shape.name) !== definitionOf(shape)) return tableAltered(shape);
    return isCaptured(db, shape.name) ? error : logBroken(shape, undefined);
  };
  return {
    handlers: tellingErrors(handlers, told),
    close: () => {
      open?.cache?.close();
      open?.db.close();
    },
  };
}

/** Looked at after rows were read: nobody else has written between the two. */
function isQuiet({ reader, sought }: OpenDonor): boolean {
  return sought?.dataVersion === reader.dataVersion();
}

/** What was renamed into its place is what applications read and write from then on. */
function refuseAnotherFile({ path, fileId, shape }: OpenDonor): void {
  if (!existsSync(path) || fileIdOf(path) !== fileId) throw storeReplaced(shape);
}

function dropCache(donor: OpenDonor): void {
  donor.cache?.close();
  donor.cache = undefined;
  PrefetchCache.drop(donor.path, donor.shape.name);
}

/** Of a table that was dropped while it was captured, what is left of the capture and its cache is taken away. */
function shapeOf(db: Connection, path: string, table: string): TableShape {
  try {
    return readTableShape(db, table);
  } catch (error) {
    const isMissing = error instanceof ForesyncError && error.code === 'table-missing';
    if (!isMissing || !isCaptured(db, table)) throw error;
    dropCapture(db, { name: table });
    PrefetchCache.drop(path, table);
    throw tableDropped({ name: table });
  }
}

/** How much of the table lies before a place; short of its end never all, for the table may have grown. */
function shareOf(state: OpenDonor, rows: number, to: ScanKey | undefined): number {
  if (to === undefined) return 1;
  const [place] = to;
  if (state.position && place && 'i' in place) return state.position(BigInt(place.i));
  return Math.min(0.999, rows / Math.max(1, state.rowsEstimate));
}
