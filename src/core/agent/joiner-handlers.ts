import { statfsSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { storeError } from '../store/sqlite/connection.ts';
import { Joiner } from '../store/sqlite/joiner.ts';
import { inspectPlace, refuseClashes } from '../store/sqlite/place.ts';
import { publish } from '../store/sqlite/publish.ts';
import { checkShape } from '../store/sqlite/sound-shape.ts';
import { discardLeftStaging } from '../store/sqlite/staging.ts';
import type { TableShape } from '../store/sqlite/table-shape.ts';
import { bootId, fileIdOf, placeAmong } from './boot-id.ts';
import type { Handlers } from './handlers.ts';
import { tellingErrors } from './telling-errors.ts';

/** The requests that make a host a joiner. State lives as long as the agent's process. */
export function joinerHandlers(): { handlers: Handlers; close(): void } {
  let open: { joiner: Joiner; path: string; shape: TableShape } | undefined;
  const joiner = (): Joiner => {
    if (!open) throw new ForesyncError('protocol', 'joiner-not-open', 'No joiner is open.');
    return open.joiner;
  };
  const part = (parts: Buffer[], index: number): Buffer => {
    const found = parts[index];
    if (!found) throw new ForesyncError('protocol', 'part-missing', 'A request came without its rows.');
    return found;
  };

  const handlers: Handlers = {
    'joiner.look': ({ path: file, table, stores }) => {
      const place = inspectPlace(file, table);
      const { bavail, bsize } = statfsSync(path.dirname(file));
      const fileId = place.fileExists ? fileIdOf(file) : undefined;
      return {
        result: { ...place, fileId, sameAs: placeAmong(stores, fileId), freeBytes: bavail * bsize },
      };
    },
    'joiner.open': ({ path: file, shape, runId, captureId }) => {
      open?.joiner.close();
      open = undefined;
      checkShape(shape);
      refuseClashes(file, shape);
      const opened = Joiner.open(file, shape, { runId, captureId, bootId: bootId() });
      open = { joiner: opened.joiner, path: file, shape };
      const { stage, watermark, snapshotAfter } = opened.joiner.checkpoint;
      return {
        result: {
          resumed: opened.resumed,
          stage,
          watermark,
          snapshotAfter,
          rows: opened.resumed ? opened.joiner.rowCount() : 0,
        },
      };
    },
    'joiner.hot': ({ compare }, parts) => ({
      result: joiner().hot(part(parts, 0), { compare, keyImage: parts[1] }),
    }),
    'joiner.snapshot': ({ to, compare }, parts) => ({
      result: joiner().snapshot(part(parts, 0), to, { compare }),
    }),
    'joiner.delta': ({ watermark }, parts) => ({
      result: joiner().delta({ image: part(parts, 0), watermark }),
    }),
    'joiner.indexes': () => {
      joiner().finishIndexes();
      return { result: {} };
    },
    'joiner.verify': ({ watermark, range, digest }, parts) => ({
      result: joiner().verify({ image: part(parts, 0), watermark }, range, digest),
    }),
    'joiner.repair': ({ watermark, range, digest }, parts) => ({
      result: joiner().repair({ image: part(parts, 0), watermark }, range, part(parts, 1), digest),
    }),
    'joiner.recheck': ({ watermark, digest, complete, lastRowid }, parts) => ({
      result: joiner().recheck(
        { image: part(parts, 0), watermark },
        { keyImage: part(parts, 1), image: part(parts, 2), digest, complete, lastRowid },
      ),
    }),
    'joiner.publish': (options) => {
      const rows = joiner().rowCount();
      if (joiner().checkpoint.stage !== 'synced' || !open) {
        throw new ForesyncError(
          'protocol',
          'publish-early',
          'The joiner was to appear before it was in sync.',
        );
      }
      joiner().close();
      publish(open.path, open.shape, options);
      open = undefined;
      return { result: { rows } };
    },
    'joiner.discard': ({ path: file }) => {
      open?.joiner.close();
      open = undefined;
      discardLeftStaging(file);
      return { result: {} };
    },
  };
  /** A folder that is none, or a place that the login may not write to, is no defect of ours. */
  const told = (error: unknown, params: unknown) => {
    const place = open?.path ?? (params as { path?: string }).path;
    const isOfSystem = /^(E[A-Z]+|SQLITE_\w+)$/.test(systemCodeOf(error) ?? '');
    return place !== undefined && isOfSystem ? storeError(error, place) : error;
  };
  return { handlers: tellingErrors(handlers, told), close: () => open?.joiner.close() };
}
