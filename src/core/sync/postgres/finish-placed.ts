import { parseTableName } from '../../store/postgres/sql.ts';
import type { AddReplicaOptions, AddReplicaResult } from '../add-replica.ts';
import { Agents } from '../connect.ts';
import { Hooks } from '../hooks.ts';
import { emitter, startOf } from '../run.ts';
import { captureIdOf } from './capture.ts';

/**
 * Ends an add-replica that was killed when all was done but the word of it: its checkpoint is the last thing that a run takes away, so a joiner which the journal
 * knows as in sync, and that has the table and no checkpoint, is whole. Undefined, with nothing done, for all others. May be repeated.
 */
export async function finishPlaced(
  options: AddReplicaOptions,
  inSync: AddReplicaResult,
): Promise<AddReplicaResult | undefined> {
  const { group, joiner: target } = options;
  const emit = emitter(options);
  const hooks = new Hooks(options, emit);
  const agents = new Agents(options, emit);
  try {
    const joiner = await agents.connect(target.name, target.host);
    const { result: place } = await joiner.call('pg.joiner.look', {
      ...{ url: target.store.path, id: captureIdOf(group, target), table: parseTableName(group.table) },
    });
    if (!place.hasTable || place.left) return undefined;
    emit(startOf(options, { command: 'add-replica', joiner: target.name, phases: ['cleanup'] }));
    emit({ type: 'phase', phase: 'cleanup', state: 'running' });
    emit({ type: 'phase', phase: 'cleanup', state: 'done' });
    emit({ type: 'note', level: 'info', text: 'An earlier run had put it in its place, and left nothing.' });
    const told = { type: 'in-sync', ...inSync } as const;
    emit(told);
    hooks.goOn();
    hooks.watch(told);
    await hooks.ended();
    emit({ type: 'end', outcome: 'done' });
    return inSync;
  } finally {
    await hooks.stop();
    await agents.close();
  }
}
