import { accessSync, constants } from 'node:fs';

/** The folder of shared memory where the system has one that can be written to. */
export function sharedMemory(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    // Not every system has it; disks are as correct, only slower.
    return undefined;
  }
}
