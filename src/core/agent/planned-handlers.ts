import { ForesyncError } from '../errors.ts';
import { compress } from './compression.ts';
import type { Handlers } from './handlers.ts';
import { dropCache, isQuiet, type OpenDonor } from './open-donor.ts';
import { decodeKeys } from './planned-keys.ts';
import { PrefetchCache } from './prefetch-cache.ts';

/** Planned rows of a donor, with its Prefetch Cache and without. */
export function plannedHandlers(donor: () => OpenDonor): Handlers {
  return {
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
    'rows.read': ({ maxBytes }, [keyList = Buffer.alloc(0)]) => {
      const chunk = donor().reader.planned.hot(decodeKeys(keyList), { maxBytes, digests: false });
      const { keysRead, rows, watermark, image, valueBytes: rawBytes } = chunk;
      return { result: { keysRead, rows, watermark, rawBytes }, parts: [image] };
    },
    'hot.settle': ({ maxBytes }, [keyList = Buffer.alloc(0), digests = Buffer.alloc(0)]) => {
      const { reader } = donor();
      const keys = decodeKeys(keyList);
      const { image, keyImage, ...figures } = reader.planned.settle(keys, digests, maxBytes);
      reader.planned.leaveOut(keys.slice(0, figures.keysRead));
      const rawBytes = figures.differing > 0 ? image.length : 0;
      return { result: { ...figures, rawBytes }, parts: figures.differing > 0 ? [image, keyImage] : [] };
    },
  };
}
