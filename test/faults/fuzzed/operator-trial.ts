import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock, systemWait } from '../../../src/core/clock.ts';
import { ForesyncError } from '../../../src/core/errors.ts';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import { Pace } from '../../../src/core/sync/pace.ts';
import { localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { rowsOf } from '../../support/tables.ts';
import type { Lie } from './lies.ts';
import { makeStage, type StageTable } from './stage.ts';
import { tablesOf, treeOf } from './tree.ts';

/** A hang is told from work by this; nothing waits for it to pass. */
const hangMs = 60_000;
const here = { kind: 'local' } as const;
const there = { kind: 'ssh', destination: 'h' } as const;

/** So that a table of a stage takes some of them. */
class SmallChunks extends Pace {
  override get chunkBytes(): number {
    return 2000;
  }
}

/**
 * Adds a replica with a donor or a joiner that lies, and judges: it ends by itself, with an error that has a name or with an equal
 * joiner, and of all files only those of the run have changed. Returns what came of it.
 */
export async function tryOperator(liar: 'donor' | 'joiner', table: StageTable, lie: Lie): Promise<string> {
  const stage = makeStage(table);
  const ssh = path.join(stage.folder, 'ssh');
  const middleman = path.join(import.meta.dirname, 'middleman.ts');
  writeFileSync(ssh, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${middleman}'\n`, { mode: 0o755 });
  process.env.FORESYNC_SSH = ssh;
  process.env.FORESYNC_TEST_LIE = JSON.stringify(lie);
  const isOwn = (file: string) => file.startsWith(stage.donor) || file.startsWith(stage.joiner);
  const before = treeOf(stage.folder, isOwn);
  const stay = () => [tablesOf(stage.donor, ['items', 'other']), tablesOf(stage.joiner, ['other'])];
  const rowsBefore = stay();
  const hang = new AbortController();
  const watch = setTimeout(() => hang.abort(new Error('it hangs')), hangMs);
  try {
    const group = localGroup(stage.folder, { lead: stage.donor });
    if (liar === 'donor') group.lead.host = there;
    const { options } = watchedRun(group, stage.joiner, {
      joiner: {
        name: 'j',
        host: liar === 'joiner' ? there : here,
        store: { kind: 'sqlite', path: stage.joiner },
      },
      plan: planOf({ lead: [1, 2, 3] }),
      signal: hang.signal,
      stallTimeoutMs: 3000,
      pace: new SmallChunks(undefined, systemClock, systemWait),
    });
    const said = await addReplica(options).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(!hang.signal.aborted, 'it hangs');
    assert.deepEqual(treeOf(stage.folder, isOwn), before);
    assert.deepEqual(stay(), rowsBefore);
    if (said === undefined) {
      // A joiner that only says that it is done is nobody's to judge.
      if (liar === 'donor' && existsSync(stage.joiner))
        assert.deepEqual(rowsOf(stage.joiner, 'items'), rowsOf(stage.donor, 'items'));
      return 'done';
    }
    if (!(said instanceof ForesyncError)) throw said;
    assert.notEqual(said.kind, 'defect', said.message);
    return `${said.kind}/${said.code}`;
  } finally {
    clearTimeout(watch);
    delete process.env.FORESYNC_SSH;
    delete process.env.FORESYNC_TEST_LIE;
    stage.remove();
  }
}
