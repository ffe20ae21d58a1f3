import { type Look, lookAt } from './look.ts';
import { holds, refuseClashesIn, refuseRemains } from './place.ts';
import { refuseBuilding, stagingBytes } from './staging.ts';
import type { TableShape } from './table-shape.ts';
import { tryWriteLock } from './untouched.ts';

/** What stands where a joiner is to appear. */
export interface PlaceLook extends Look {
  hasTable: boolean;
  /** Of the staging file that an earlier run left; undefined where there is none. */
  stagingBytes?: number | undefined;
}

/** Looks at a joiner's place. `shape` is the lead's, where that is known. */
export function lookAtPlace(file: string, table: string, shape: TableShape | undefined): PlaceLook {
  const found = { hasTable: false, stagingBytes: stagingBytes(file) };
  return lookAt<Omit<PlaceLook, keyof Look>>(file, found, (look, open) => {
    refuseBuilding(file);
    if (!look.file.exists) return refuseRemains(file);
    const db = open();
    look.hasTable = holds(db, table);
    if (shape) refuseClashesIn(db, file, shape);
    tryWriteLock(file);
  });
}
