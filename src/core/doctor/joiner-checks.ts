import { errorOf } from '../agent/problem.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { formatBytes } from '../format.ts';
import { folderMissing } from '../store/sqlite/place.ts';
import { donorsPlace, tableThere } from '../sync/refusals.ts';
import { storeIsFolder } from '../sync/store-is-folder.ts';
import { type Check, failure, info, ok, warning } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { stagingCheck } from './left-checks.ts';

export type PlaceLook = Result<'place.look'>;

/** The joiner's place. `donor` is the replica that lives in it already, where one does. */
export function placeChecks(
  look: PlaceLook,
  donor: string | undefined,
  options: DoctorOptions & { joiner: NonNullable<DoctorOptions['joiner']> },
): Check[] {
  const { group, joiner, replace } = options;
  const { path } = joiner.store;
  const { file, hasTable, stagingBytes, problem } = look;
  const left = stagingBytes === undefined ? [] : [stagingCheck(stagingBytes, hasTable)];
  const refusal = !file.folderExists
    ? folderMissing(path)
    : donor !== undefined
      ? donorsPlace(joiner, donor)
      : hasTable && !replace
        ? tableThere(joiner, group.table)
        : problem
          ? (storeIsFolder(file, { path, of: joiner.name, kind: 'usage' }) ?? errorOf(problem))
          : file.canWriteFolder && (file.canWrite || !file.exists)
            ? undefined
            : notWritable(path, file);
  if (refusal) return [failure('place', refusal), ...left];
  return [placeCheck(look, path), ...left];
}

function placeCheck({ file, hasTable, isHalfWritten }: PlaceLook, path: string): Check {
  if (isHalfWritten)
    return warning(
      'place',
      `in ${path} a writer died in the middle of a transaction`,
      'Open it once with the application or sqlite3, which rolls that back.',
    );
  if (!file.exists) return ok('place', `${path} is free, and can be made`);
  const size = formatBytes(file.sizeBytes);
  return hasTable
    ? info('place', `${path}, ${size}, holds the table, which --replace puts the copy in the place of`)
    : info('place', `${path}, ${size}, is there already: the table is put into it in one transaction`);
}

function notWritable(path: string, file: PlaceLook['file']): ForesyncError {
  const who = file.loginUid === undefined ? 'the login' : `the login (uid ${file.loginUid})`;
  return new ForesyncError(
    'permission',
    'store-denied',
    `${who} may not write ${file.exists ? path : `in the folder of ${path}`}.`,
    { hint: 'Let it write there, or name another place with --store.' },
  );
}
