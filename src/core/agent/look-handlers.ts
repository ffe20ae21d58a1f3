import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { freeBytesOf } from '../store/sqlite/file-look.ts';
import type { Look } from '../store/sqlite/look.ts';
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
      const look = lookAtStore(file, table, { willWrite });
      return { result: { ...told(look, file), caches: PrefetchCache.look(file, table) } };
    },
    'place.look': ({ path: file, table, shape, stores }) => {
      const look = told(lookAtPlace(file, table, shape), file);
      return { result: { ...look, sameAs: placeAmong(stores, look.fileId) } };
    },
  };
}

/** A look as it travels. */
function told<L extends Look>({ problem, ...look }: L, file: string) {
  return {
    ...look,
    fileId: look.file.exists ? fileIdOf(file) : undefined,
    problem: problem && problemOf(problem),
  };
}

/** The room in a folder, or in the first above it that is there. */
function roomIn(folder: string): { folder: string; freeBytes: number } {
  let there = folder;
  while (!existsSync(there)) there = path.dirname(there);
  return { folder: there, freeBytes: freeBytesOf(there) };
}
