import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lookAtState, openState, openStateToRead, type StateFile } from './open.ts';

/**
 * Opens a copy of a state file, for whoever wants to see what a change would come to; an empty one where there is no such file. The copy
 * takes as much room in the folder for temporary files; `close` takes it away. Throws what `openState` would.
 */
export async function copyState(file: string): Promise<StateFile & { close(): Promise<void> }> {
  lookAtState(file);
  const folder = await mkdtemp(path.join(tmpdir(), 'foresync-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const copy = path.join(folder, 'foresync.db');
    if (existsSync(file)) {
      const source = openStateToRead(path.resolve(file));
      try {
        await source.backup(copy);
      } finally {
        source.close();
      }
    }
    const state = openState(copy);
    return {
      ...state,
      close: async () => {
        state.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
