import type { Clock } from '../clock.ts';
import { ForesyncError } from '../errors.ts';
import { dropCapture, readCapture, renewLease, startCapture } from '../store/sqlite/capture.ts';
import { pruneDelta, prunedTo } from '../store/sqlite/delta-pruning.ts';
import type { Handlers } from './handlers.ts';
import { dropCache, type OpenDonor } from './open-donor.ts';

/** Capture at a donor: started, kept, pruned, stopped. */
export function captureHandlers(donor: () => OpenDonor, clock: Clock): Handlers {
  return {
    'capture.read': () => {
      const state = readCapture(donor().db, donor().shape);
      if (!state) return { result: { watermark: 0, keys: 0, leaseUntilMs: 0 } };
      const { id, watermark, keys, broken, leaseUntilMs, budgetKeys } = state;
      return { result: { id, watermark, keys, broken, leaseUntilMs, budgetKeys } };
    },
    'capture.start': ({ id, instead, leaseMs, budgetKeys }) => {
      const { db, shape, reader } = donor();
      const nowMs = clock.nowMs();
      const { watermark, keys } = startCapture(db, shape, {
        id,
        instead,
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
  };
}
