import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { answerHeader, requestHeader, requests } from '../../src/core/agent/protocol.ts';
import { migrations } from '../../src/core/state/migrations.ts';
import { captureName } from '../../src/core/store/postgres/capture.ts';
import {
  joiningStages,
  recordStatements,
  recordTables,
} from '../../src/core/store/postgres/joining-record.ts';
import { qualified } from '../../src/core/store/postgres/sql.ts';
import { buildingNames } from '../../src/core/store/postgres/target-table.ts';
import { startCapture } from '../../src/core/store/sqlite/capture.ts';
import { createCheckpoint, stages } from '../../src/core/store/sqlite/checkpoint.ts';
import { imageSchema } from '../../src/core/store/sqlite/image.ts';
import { readTableShape } from '../../src/core/store/sqlite/table-shape.ts';
import { captureIdOf } from '../../src/core/sync/postgres/capture.ts';
import { FrameWriter, frameLimits } from '../../src/core/transport/frames.ts';
import { agentMagic, speakPrefix } from '../../src/core/transport/handshake.ts';
import { schemaOf, temporaryFolder } from '../support/tables.ts';

/**
 * What two versions of foresync may meet in: frames on the wire, and what stays in files between two starts. Each is frozen by a hash, so
 * that a change of it is meant.
 */
const formats: Record<
  string,
  { frozen: string; remedy: string; text(t: TestContext): Promise<string> | string }
> = {
  'wire protocol': {
    frozen: '9e31b286057d8054',
    remedy: 'raise protocolVersions in transport/handshake.ts',
    text: async () => {
      const schemas = { ...requests, request: requestHeader, answer: answerHeader };
      return [agentMagic, speakPrefix, JSON.stringify(frameLimits), await frame(), jsonSchema(schemas)].join(
        '\n',
      );
    },
  },
  'chunk image': {
    frozen: '9562c5f7f1ef4c4b',
    remedy: 'raise protocolVersions in transport/handshake.ts',
    text: () =>
      [
        { rowColumns: 3, keyColumns: 2 },
        { rowColumns: 3, keyColumns: 0, rowidColumn: 1 },
      ]
        .flatMap(imageSchema)
        .join('\n'),
  },
  'capture at a donor': {
    frozen: '78c84533edc9f5e4',
    remedy:
      'see to it that a capture of the older kind, which readCapture knows by its SQL and nobody adopts, is still taken away by dropCapture',
    text: captureText,
  },
  'checkpoint in a joiner': {
    frozen: '38709ee63c473ddf',
    remedy: 'give its table another name (checkpoint.ts), so that a joiner of the older kind is begun anew',
    text: checkpointText,
  },
  'checkpoint at a PostgreSQL joiner': {
    frozen: '88ddecc770c312cf',
    remedy:
      'give its tables other names (joining-record.ts), so that a joiner of the older kind is begun anew, and see to it that dropRecord takes the older ones away as well',
    text: postgresCheckpointText,
  },
  'state file': {
    frozen: '51c8f7773601fc98',
    remedy: 'leave the steps that were released alone and add one (state/migrations.ts)',
    // Steps that are added are no change of those that were there.
    text: () => migrations.slice(0, 5).join('\n'),
  },
};

for (const [name, { frozen, remedy, text }] of Object.entries(formats)) {
  test(`the format of the ${name} is as it was`, async (t) => {
    const now = hash('sha256', await text(t), 'hex').slice(0, 16);
    assert.equal(
      now,
      frozen,
      `The format of the ${name} has changed. If that is meant, ${remedy}; then freeze ${now} here.`,
    );
  });
}

/** A frame to the byte. */
async function frame(): Promise<string> {
  const output = new PassThrough();
  await new FrameWriter(output).write({ header: { n: 1 }, payload: Buffer.from('payload') });
  return (output.read() as Buffer).toString('hex');
}

function jsonSchema(value: object): string {
  if (value instanceof z.ZodType) return JSON.stringify(z.toJSONSchema(value, { unrepresentable: 'any' }));
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${jsonSchema(part as object)}`)
    .join('\n');
}

function captureText(t: TestContext): string {
  const file = path.join(temporaryFolder(t), 'donor.db');
  const db = new Database(file);
  t.after(() => db.close());
  db.exec(`CREATE TABLE items(k INT, l TEXT COLLATE NOCASE, u UNIQUE, v NOT NULL DEFAULT 'a', PRIMARY KEY(l, k));
    CREATE UNIQUE INDEX "by v" ON items(v) WHERE u IS NOT NULL;
    CREATE TABLE clustered(k PRIMARY KEY, u UNIQUE) WITHOUT ROWID`);
  for (const table of ['items', 'clustered'])
    startCapture(db, readTableShape(db, table), { id: 'run-1', leaseUntilMs: 1000, budgetKeys: 9, nowMs: 0 });
  return schemaOf(file).join('\n');
}

/** Its tables, what they hold, and the names by which a later foresync finds all that one left at both servers. */
function postgresCheckpointText(): string {
  const table = { schema: 'shop', name: 'items' };
  const names = buildingNames(table, 'id');
  const joiner = {
    ...{ name: 'west', host: { kind: 'local' as const } },
    store: { kind: 'postgres' as const, path: 'postgres://me@there/shop' },
  };
  const { shared, own } = recordStatements('id');
  return [
    ...[...joiningStages, shared, own, JSON.stringify(recordTables('id'))],
    ...[qualified(names.table), names.key, names.partition(3), names.index(4)],
    ...[captureName('id'), captureIdOf({ name: 'shop', table: 'shop.items' }, joiner)],
  ].join('\n');
}

function checkpointText(t: TestContext): string {
  const file = path.join(temporaryFolder(t), 'joiner.db');
  const db = new Database(file);
  t.after(() => db.close());
  createCheckpoint(db, {
    ...{
      runId: 'r',
      captureId: 'c',
      bootId: 'b',
      tableSql: 'CREATE TABLE items(k PRIMARY KEY)',
      stage: 'hot',
    },
    ...{ watermark: 1, snapshotAfter: [{ n: true }, { i: '1' }, { r: 1.5 }, { t: 'dA==' }, { b: 'Yg==' }] },
  });
  const stored = db.prepare('SELECT * FROM _foresync_checkpoint').get();
  return [...stages, ...schemaOf(file), JSON.stringify(stored)].join('\n');
}
