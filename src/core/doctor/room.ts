import type { HostLook } from '../agent/host-look.ts';
import { formatBytes } from '../format.ts';
import { usualBudgetKeys } from '../sync/capture-lease.ts';
import { type JoinerSpec, noSpace } from '../sync/refusals.ts';
import { type Check, failure, ok, warning } from './check.ts';
import type { PlaceLook } from './joiner-checks.ts';
import type { StoreLook } from './store-checks.ts';

/** What a key takes in the Delta Log with its index, where it is a text of some length: twenty million of them take a gigabyte. */
const deltaKeyBytes = 50;
/** Of `prefetch`, unless it is told otherwise. */
const usualCacheBytes = 1024 ** 3;

type Table = NonNullable<StoreLook['table']>;

/** Whether the lead has room for a Delta Log in which every row has changed once. */
export function deltaRoom({ file, table }: StoreLook): Check[] {
  if (file.freeBytes === undefined || !table) return [];
  const neededBytes = Math.min(table.rowsEstimate, usualBudgetKeys) * deltaKeyBytes;
  const text = `${formatBytes(file.freeBytes)} free at the store; a Delta Log takes up to ${formatBytes(neededBytes)}`;
  if (file.freeBytes > neededBytes) return [ok('room', text)];
  return [
    warning('room', text, 'Make room there: a disk that is full stops the writers of the application too.'),
  ];
}

/** Whether a donor has room for a Prefetch Cache. */
export function cacheRoom({ cache, sharedMemory }: HostLook, table: Table | undefined): Check[] {
  if (!table) return [];
  const neededBytes = Math.min(usualCacheBytes, table.sizeBytes);
  const memory = sharedMemory ? ` (${formatBytes(sharedMemory.freeBytes)} in memory)` : '';
  const text = `${formatBytes(cache.freeBytes)} free${memory} for a Prefetch Cache of up to ${formatBytes(neededBytes)}`;
  if (cache.freeBytes > neededBytes) return [ok('room', text)];
  return [
    warning(
      'room',
      text,
      `Make room in ${cache.folder}, or run 'foresync prefetch' with --limit ${limitText(cache.freeBytes)}.`,
    ),
  ];
}

/** Half of what is free, as `--limit` takes it. */
function limitText(freeBytes: number): string {
  return `${Math.max(1, Math.floor(freeBytes / 2 / 1024 ** 2))}MiB`;
}

/** Whether the joiner has room for the table, and to sort its indexes. */
export function joinerRoom(place: PlaceLook, host: HostLook, joiner: JoinerSpec, table: Table): Check[] {
  const { freeBytes } = place.file;
  if (freeBytes === undefined) return [];
  const hereBytes = freeBytes + (place.stagingBytes ?? 0);
  // Into a file that is there the rows are copied from the staging file, with both on the disk, and a journal.
  const copies = place.file.exists ? 2 : 1;
  const neededBytes = table.sizeBytes * copies;
  if (table.alone && place.stagingBytes === undefined && freeBytes < table.sizeBytes)
    return [failure('room', noSpace(joiner, table.sizeBytes, freeBytes))];
  const text = `${formatBytes(freeBytes)} free; the table takes up to ${formatBytes(neededBytes)}${copies > 1 ? ', while it is put among the others' : ''}`;
  const room =
    hereBytes > neededBytes
      ? ok('room', text)
      : warning('room', text, 'Make room, or name a --store on another disk.');
  return [room, ...sortingRoom(host, table)];
}

function sortingRoom({ sorting }: HostLook, { shape, sizeBytes }: Table): Check[] {
  const isSorted = shape.indexes.some(({ unique }) => !unique);
  // An index holds a part of each row.
  if (!isSorted || sorting.freeBytes > sizeBytes / 2) return [];
  return [
    warning(
      'room',
      `${formatBytes(sorting.freeBytes)} free in ${sorting.folder}, where indexes are sorted; they may take ${formatBytes(sizeBytes / 2)}`,
      `Make room in ${sorting.folder}, or set SQLITE_TMPDIR for that login.`,
    ),
  ];
}
