import { existsSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';

/** Something that changes when the host restarts: Linux's boot id, elsewhere the minute of its start. */
export function bootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${os.hostname()}-${Math.round((Date.now() / 1000 - os.uptime()) / 60)}`;
}

/** Tells files apart across agents: two paths with the same id are one file, whatever links lead to it. */
export function fileIdOf(file: string): string {
  const { dev, ino } = statSync(file, { bigint: true });
  return `${bootId()}:${dev}:${ino}`;
}

/** The first of some paths that leads to the file with this id; undefined where none does, or there is no such file. */
export function placeAmong(stores: readonly string[], fileId: string | undefined): number | undefined {
  const place = stores.findIndex(
    (store) => fileId !== undefined && existsSync(store) && fileIdOf(store) === fileId,
  );
  return place < 0 ? undefined : place;
}
