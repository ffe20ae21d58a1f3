import { statfsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { ForesyncError, systemCodeOf } from '../errors.ts';
import { type Checkpoint, isWhole } from '../store/sqlite/checkpoint.ts';
import { storeError } from '../store/sqlite/connection.ts';
import { sweepInboxes } from '../store/sqlite/image-inbox.ts';
import { Joiner } from '../store/sqlite/joiner.ts';
import { inspectPlace, refuseClashes } from '../store/sqlite/place.ts';
import { publish } from '../store/sqlite/publish.ts';
import { releasePublished, withdrawPublished } from '../store/sqlite/published.ts';
import { checkShape } from '../store/sqlite/sound-shape.ts';
import { discardLeftStaging } from '../store/sqlite/staging.ts';
import type { TableShape } from '../store/sqlite/table-shape.ts';
import { bootId, fileIdOf, placeAmong } from './boot-id.ts';
import type { Handlers } from './handlers.ts';
import { isThisProcess, livenessOf, processIdentity, thisProcess } from './process-identity.ts';
import { Serving, servingHandlers, type Tell } from './serving.ts';
import { tellingErrors } from './telling-errors.ts';

/** The requests that make a host a joiner. State lives as long as the agent's process. */
export function joinerHandlers(tell: Tell): {
  handlers: Handlers;
  /** Whether it answers reads, between requests. */
  isServing(): boolean;
  close(): Promise<void>;
} {
  let open: { joiner: Joiner; path: string; shape: TableShape } | undefined;
  const serving = new Serving(() => open, tell);
  const joiner = (): Joiner => {
    if (!open) throw new ForesyncError('protocol', 'joiner-not-open', 'No joiner is open.');
    return open.joiner;
  };
  const part = (parts: Buffer[], index: number): Buffer => {
    const found = parts[index];
    if (!found) throw new ForesyncError('protocol', 'part-missing', 'A request came without its rows.');
    return found;
  };

  /** Whether a process other than this one takes its rows, and lives. */
  const isHeld = (published: Checkpoint): boolean => {
    const holder = processIdentity.safeParse(published.holder).data;
    return holder !== undefined && !isThisProcess(holder) && livenessOf(holder) === 'alive';
  };

  /** Readers are let in between. */
  const counted = async (counting: Joiner): Promise<number> => {
    if (!serving.isOn) return counting.rowCount();
    const parts = counting.countInParts();
    for (let part = parts.next(); ; part = parts.next()) {
      if (part.done) return part.value;
      await eventLoopTurn();
    }
  };

  const handlers: Handlers = {
    'joiner.look': ({ path: file, table, stores }) => {
      const place = inspectPlace(file, table);
      const { bavail, bsize } = statfsSync(path.dirname(file));
      const fileId = place.fileExists ? fileIdOf(file) : undefined;
      const { published, ...there } = place;
      const found = { ...there, fileId, sameAs: placeAmong(stores, fileId), freeBytes: bavail * bsize };
      if (!published) return { result: found };
      const heldBy = isHeld(published) ? published.runId : undefined;
      const told = { captureId: published.captureId, isWhole: isWhole(published), heldBy };
      return { result: { ...found, published: told } };
    },
    'joiner.open': async ({ path: file, shape, runId, captureId, prunedTo, logEnd }) => {
      const { asOfMs } = open?.joiner.served ?? {};
      open?.joiner.close();
      open = undefined;
      checkShape(shape);
      const identity = { runId, captureId, log: { prunedTo, logEnd } };
      const published = Joiner.openPublished(file, shape, { ...identity, holder: thisProcess() });
      if (!published) refuseClashes(file, shape);
      const opened = published
        ? { joiner: published, resumed: true }
        : Joiner.open(file, shape, { ...identity, bootId: bootId() });
      open = { joiner: opened.joiner, path: file, shape };
      serving.opened({ isAnew: !opened.resumed, asOfMs });
      const { stage, watermark, snapshotAfter } = opened.joiner.checkpoint;
      return {
        result: {
          resumed: opened.resumed,
          published: published !== undefined,
          stage,
          watermark,
          snapshotAfter,
          rows: opened.resumed ? await counted(opened.joiner) : 0,
        },
      };
    },
    'joiner.hot': ({ compare }, parts) => ({
      result: joiner().hot(part(parts, 0), { compare, keyImage: parts[1] }),
    }),
    'joiner.snapshot': ({ to, compare }, parts) => ({
      result: joiner().snapshot(part(parts, 0), to, { compare }),
    }),
    'joiner.delta': (position, parts) => ({
      result: joiner().delta({ image: part(parts, 0), ...position }),
    }),
    ...servingHandlers(serving),
    'joiner.count': async () => ({ result: { rows: await counted(joiner()) } }),
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
    'joiner.publish': async ({ takes, status, ...options }) => {
      await joiner().served?.forced;
      const { checkpoint } = joiner();
      const result = { rows: await counted(joiner()), watermark: checkpoint.watermark };
      const early = takes === 'rows' && checkpoint.stage === 'hot';
      if ((checkpoint.stage !== 'synced' && !early) || !open) {
        throw new ForesyncError(
          'protocol',
          'publish-early',
          'The joiner was to appear before it was in sync.',
        );
      }
      if (joiner().isPublished) return { result };
      if (early) joiner().finishIndexes();
      const { path: file, shape } = open;
      const { asOfMs } = joiner().served ?? {};
      joiner().close();
      open = undefined;
      // What is planned is there: from then on it lacks what the snapshot brings.
      const keep = { ...checkpoint, holder: thisProcess(), ...(early ? { stage: 'snapshot' as const } : {}) };
      // Until it is released the table is known as this run's, whatever becomes of the run.
      publish(file, shape, {
        ...options,
        keep,
        ...(status ? { status: early ? ('hot' as const) : ('synced' as const) } : {}),
      });
      const { runId, captureId, watermark, holder } = keep;
      const identity = { runId, captureId, holder, log: { prunedTo: 0, logEnd: watermark } };
      const published = takes === 'nothing' ? undefined : Joiner.openPublished(file, shape, identity);
      if (published) {
        open = { joiner: published, path: file, shape };
        serving.opened({ isAnew: false, asOfMs });
      }
      return { result };
    },
    'joiner.release': async ({ path: file, table }) => {
      await serving.close();
      open?.joiner.close();
      open = undefined;
      releasePublished(file, table);
      return { result: {} };
    },
    'joiner.withdraw': ({ path: file, table }) => {
      open?.joiner.close();
      open = undefined;
      return { result: { withdrawn: withdrawPublished(file, table) } };
    },
    'joiner.discard': ({ path: file }) => {
      open?.joiner.close();
      open = undefined;
      discardLeftStaging(file);
      sweepInboxes(path.dirname(file));
      return { result: {} };
    },
  };
  /** A folder that is none, or a place that the login may not write to, is no defect of ours. */
  const told = (error: unknown, params: unknown) => {
    const place = open?.path ?? (params as { path?: string }).path;
    const isOfSystem = /^(E[A-Z]+|SQLITE_\w+)$/.test(systemCodeOf(error) ?? '');
    return place !== undefined && isOfSystem ? storeError(error, place) : error;
  };
  return {
    handlers: tellingErrors(handlers, told),
    isServing: () => serving.isOn,
    close: async () => {
      await serving.close();
      open?.joiner.close();
    },
  };
}
