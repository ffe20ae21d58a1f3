import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import { localGroup, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { temporaryFolder } from '../../support/tables.ts';

test('a host that begins to answer while it is connected to, and then says nothing more, is given up', async (t) => {
  const folder = temporaryFolder(t);
  const lead = path.join(folder, 'lead.db');
  makeShop(lead, 10);
  const ssh = path.join(folder, 'ssh');
  writeFileSync(ssh, "#!/bin/sh\nprintf '\\n@foresync pro'\nexec cat > /dev/null\n", { mode: 0o700 });
  process.env.FORESYNC_SSH = ssh;
  t.after(() => {
    delete process.env.FORESYNC_SSH;
  });
  const { options } = watchedRun(localGroup(folder, { lead }), path.join(folder, 'joiner.db'), {
    joiner: {
      name: 'joiner',
      host: { kind: 'ssh', destination: 'ops@eu-west' },
      store: { kind: 'sqlite', path: '/srv/shop.db' },
    },
    stallTimeoutMs: 1000,
  });
  await assert.rejects(addReplica(options), {
    kind: 'unreachable',
    code: 'agent-stalled',
    message: /joiner has not moved for 1 s/,
  });
});
