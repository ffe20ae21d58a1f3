import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Something that changes when the host restarts: Linux's boot id, elsewhere the minute of its start. */
export function bootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${os.hostname()}-${Math.round((Date.now() / 1000 - os.uptime()) / 60)}`;
}
