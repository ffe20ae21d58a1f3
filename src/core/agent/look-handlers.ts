import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { freeBytesOf } from '../store/sqlite/file-look.ts';
import { lookAtPlace } from '../store/sqlite/place-look.ts';
import { sharedMemory } from '../store/sqlite/shared-memory.ts';
import { sortingFolder } from '../store/sqlite/sorting-folder.ts';
import { lookAtStore } from '../store/sqlite/store-look.ts';
import { fileIdOf, placeAmong } from './boot-id.ts';
import type { Handlers } from './handlers.ts';
import { cacheHome, PrefetchCache } from './prefetch-cache.ts';
import { problemOf } from './problem.ts';

/** The requests that look at a host, and leave all there as it was. */
export function lookHandlers(clock: Clock): Handlers {
  return {
    'host.look': () => {
      const memory = sharedMemory();
      return {
        result: {
          nowMs: clock.nowMs(),
          login: os.userInfo().username,
          cache: roomIn(cacheHome()),
          sharedMemory: memory === undefined ? undefined : roomIn(memory),
          sorting: roomIn(sortingFolder()),
        },
      };
    },
    'store.look': ({ path: file, table, willWrite }) => {
      const { problem, ...look } = lookAtStore(file, table, { willWrite });
      return {
        result: {
          ...look,
          fileId: look.file.exists ? fileIdOf(file) : undefined,
          caches: PrefetchCache.look(file, table),
          problem: problem && problemOf(problem),
        },
      };
    },
    'place.look': ({ path: file, table, shape, stores }) => {
      const { problem, ...look } = lookAtPlace(file, table, shape);
      const fileId = look.file.exists ? fileIdOf(file) : undefined;
      return {
        result: {
          ...look,
          fileId,
          sameAs: placeAmong(stores, fileId),
          problem: problem && problemOf(problem),
        },
      };
    },
  };
}

/** The room in a folder, or in the first above it that is there. */
function roomIn(folder: string): { folder: string; freeBytes: number } {
  let there = folder;
  while (!existsSync(there)) there = path.dirname(there);
  return { folder: there, freeBytes: freeBytesOf(there) };
}
