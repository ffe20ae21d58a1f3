import type { DeltaChunk } from '../store/sqlite/chunk.ts';
import type { DonorReader } from '../store/sqlite/donor.ts';
import type { ScanKey } from '../store/sqlite/key-codec.ts';
import { refuseForeignPlaces } from '../store/sqlite/scan.ts';
import type { Handlers } from './handlers.ts';
import { isQuiet, type OpenDonor, refuseAnotherFile } from './open-donor.ts';

/** A donor's walks: along its table, along its Delta Log, and along both once more to compare. */
export function walkHandlers(donor: () => OpenDonor): Handlers {
  const tailOf = (tail: DeltaChunk) => {
    donor().watermark = tail.watermark;
    const { image, ...figures } = tail;
    return { ...figures, rawBytes: image.length };
  };
  return {
    'donor.seek': ({ watermark, snapshotAfter }) => {
      refuseForeignPlaces(donor().shape, [snapshotAfter]);
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
    'donor.count': () => {
      if (isQuiet(donor())) donor().reader.rowCount();
      return { result: {} };
    },
    'verify.begin': ({ count }) => {
      const state = donor();
      refuseAnotherFile(state);
      const rows = count && isQuiet(state) ? state.reader.rowCount() : undefined;
      const quiet = isQuiet(state);
      state.verifiedSince = quiet ? state.sought?.watermark : state.watermark;
      return { result: { quiet, rows } };
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
      refuseForeignPlaces(donor().shape, [range.from, range.to]);
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
}

/** How much of the table lies before a place; short of its end never all, for the table may have grown. */
function shareOf(state: OpenDonor, rows: number, to: ScanKey | undefined): number {
  if (to === undefined) return 1;
  const [place] = to;
  if (state.position && place && 'i' in place) return state.position(BigInt(place.i));
  return Math.min(0.999, rows / Math.max(1, state.rowsEstimate));
}
