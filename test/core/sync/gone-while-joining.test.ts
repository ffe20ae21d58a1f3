import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { addReplica } from '../../../src/core/sync/add-replica.ts';
import { agentWith, localGroup, planOf, watchedRun } from '../../support/local-group.ts';
import { makeShop } from '../../support/shop-writer.ts';
import { schemaOf, temporaryFolder } from '../../support/tables.ts';

const children = () =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);

test('where the lead cannot be had, no other donor that is still on its way is left running', async (t) => {
  const folder = temporaryFolder(t);
  // A host that lets one in and never says anything.
  const ssh = path.join(folder, 'ssh');
  writeFileSync(ssh, '#!/bin/sh\nexec cat >/dev/null\n', { mode: 0o755 });
  process.env.FORESYNC_SSH = ssh;
  t.after(() => delete process.env.FORESYNC_SSH);
  writeFileSync(path.join(folder, 'lead.db'), '');
  const group = localGroup(folder, {
    lead: path.join(folder, 'lead.db'),
    west: path.join(folder, 'west.db'),
  });
  const west = group.replicas.get('west');
  assert.ok(west);
  west.host = { kind: 'ssh', destination: 'west' };
  const before = children();
  const { options } = watchedRun(group, path.join(folder, 'joiner.db'), { plan: planOf({ west: [1] }) });
  await assert.rejects(addReplica(options), { code: 'table-missing' });
  assert.deepEqual(children(), before);
});

test('of a table that is dropped while it is copied nothing is left, and the next start says so', async (t) => {
  const folder = temporaryFolder(t);
  const [lead, joiner] = [path.join(folder, 'lead.db'), path.join(folder, 'joiner.db')];
  makeShop(lead, 25_000);
  const group = localGroup(folder, { lead });
  let killed = false;
  const dying = watchedRun(group, joiner, { retries: 0 }, (event) => {
    if (event.type === 'progress' && event.phase === 'snapshot' && !killed)
      killed = process.kill(agentWith(lead), 'SIGKILL');
  });
  await assert.rejects(addReplica(dying.options), { code: 'agent-lost' });
  const db = new Database(lead);
  db.exec('DROP TABLE items');
  db.close();
  const dropped = { kind: 'data', code: 'table-dropped' };
  await assert.rejects(addReplica(watchedRun(group, joiner).options), dropped);
  assert.deepEqual(schemaOf(lead), ['table others CREATE TABLE others(id INTEGER PRIMARY KEY)']);
  assert.ok(!existsSync(`${joiner}.foresync-joining`));
  await assert.rejects(addReplica(watchedRun(group, joiner).options), { code: 'table-missing' });
});
