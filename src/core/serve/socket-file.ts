import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { systemCodeOf } from '../errors.ts';

/** Removes a socket that a process left which is gone; one that somebody listens at, and a file of another kind, stay. */
export async function freeSocket(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  const trial = connect({ path });
  try {
    await once(trial, 'connect');
  } catch (error) {
    if (systemCodeOf(error) === 'ECONNREFUSED') rmSync(path, { force: true });
  } finally {
    trial.destroy();
  }
}
