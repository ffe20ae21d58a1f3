import { errorOf } from '../agent/problem.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { formatBytes, formatCounted } from '../format.ts';
import type { Replica } from '../group/config.ts';
import { storeIsFolder } from '../sync/store-is-folder.ts';
import { type Check, failure, info, ok, warning } from './check.ts';
import { namesText, shellWord } from './words.ts';

export type StoreLook = Result<'store.look'>;

/** A donor's file, its journal and its table. `isLead`: capture will write there. */
export function storeChecks(look: StoreLook, replica: Replica, { isLead }: { isLead: boolean }): Check[] {
  const { path } = replica.store;
  const problem = look.problem && errorOf(look.problem);
  const folder = storeIsFolder(look.file, { path, of: replica.name, kind: 'config' });
  if (folder) return [failure('store', folder)];
  const file = fileCheck(look, path, isLead);
  // Without a database the problem is about the file; of permissions we know more than SQLite says.
  if (problem && !look.database)
    return [problem.kind === 'permission' && file.level === 'failure' ? file : failure('store', problem)];
  if (look.isHalfWritten) return [file, halfWritten(path)];
  return [
    file,
    ...(look.database ? [journalCheck(look.database, path, isLead)] : []),
    ...(problem ? [failure(isOfTheTable(problem) ? 'table' : 'store', problem)] : []),
    ...(look.table && !problem ? [tableCheck(look.table)] : []),
    ...(look.table ? surroundings(look.table) : []),
  ];
}

function isOfTheTable({ code }: ForesyncError): boolean {
  return code.startsWith('table-');
}

function fileCheck({ file }: StoreLook, path: string, isLead: boolean): Check {
  const { canWrite, canWriteFolder, ownerUid, loginUid, sizeBytes } = file;
  const whose =
    ownerUid === undefined ? '' : `; it belongs to uid ${ownerUid}, and the login has uid ${loginUid}`;
  if (isLead && !(canWrite && canWriteFolder))
    return failure('store', notWritable(canWrite ? `the folder of ${path}` : path, whose));
  const text = `${path}, ${formatBytes(sizeBytes)}`;
  // root's files are given to the owner of the database by SQLite itself.
  if (isLead && loginUid !== 0 && ownerUid !== loginUid)
    return warning(
      'store',
      `${text}${whose}`,
      'Its owner must be able to write the -wal, -shm and -journal files of our login; log in as the owner where that is not so.',
    );
  return ok('store', `${text}, ${isLead ? 'can be read and written' : 'can be read'}`);
}

function notWritable(what: string, whose: string): ForesyncError {
  return new ForesyncError(
    'permission',
    'store-denied',
    `${what} cannot be written, which the Delta Log needs${whose}.`,
    { hint: 'Log in as its owner, or let the login write the file and its folder.' },
  );
}

/** A run opens the file for writing, and with that puts it right. */
function halfWritten(path: string): Check {
  return warning(
    'journal',
    'a writer died in the middle of a transaction; nothing more can be told before that is rolled back',
    'Start the application there, or let sqlite3 do it:',
    `sqlite3 ${shellWord(path)} 'SELECT count(*) FROM sqlite_schema'`,
  );
}

function journalCheck(
  { journalMode, encoding, pageSizeBytes }: NonNullable<StoreLook['database']>,
  path: string,
  isLead: boolean,
): Check {
  const rest = `${encoding}, pages of ${formatBytes(pageSizeBytes)}`;
  if (journalMode === 'wal') return ok('journal', `WAL: no writer waits for us; ${rest}`);
  const text = `a rollback journal (${journalMode}): a writer waits for us, for one chunk at most; ${rest}`;
  if (!isLead) return info('journal', text);
  return warning(
    'journal',
    text,
    'Change it to WAL, where the application can do with that:',
    `sqlite3 ${shellWord(path)} 'PRAGMA journal_mode = WAL'`,
  );
}

function tableCheck({ shape, rowsEstimate, sizeBytes, alone }: NonNullable<StoreLook['table']>): Check {
  const key = shape.key.map(({ name }) => name).join(', ');
  const about = sizeBytes > exactBytes ? 'about ' : '';
  const others = alone ? '' : ', other tables beside it';
  return ok(
    'table',
    `${shape.name}: ${about}${formatCounted(rowsEstimate, 'row')} by ${key}, in ${formatBytes(sizeBytes)}${others}`,
  );
}

/** Past this rows are not counted one by one. */
const exactBytes = 64 * 1024 * 1024;

function surroundings({ triggers, views, parents }: NonNullable<StoreLook['table']>): Check[] {
  const left = [namesText(triggers, 'trigger'), namesText(views, 'view')].filter(
    (text) => text !== undefined,
  );
  return [
    ...(left.length > 0 ? [info('surroundings', `not copied: ${left.join(' and ')}`)] : []),
    ...(parents.length > 0
      ? [info('surroundings', `refers to ${namesText(parents, 'table')} by foreign keys, and comes without`)]
      : []),
  ];
}
