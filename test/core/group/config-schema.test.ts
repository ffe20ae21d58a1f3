import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { configSchemaText, schemaFile } from '../../../scripts/config-schema.ts';
import { readGroup } from '../../../src/core/group/config.ts';

const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
const accepts = new Ajv({ strict: false }).compile(schema);

/** Whether foresync reads the document; a lead that is none of the replicas is past what a schema can say. */
function isRead(document: unknown): boolean {
  try {
    readGroup(stringify(document), '/srv/shop/foresync.yaml');
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'config-invalid');
    return /lead: '.*' is none of the replicas/.test((error as Error).message);
  }
}

test('the schema that the package carries is what foresync.yaml is read by', () => {
  assert.equal(readFileSync(schemaFile, 'utf8'), configSchemaText(), 'run "npm run docs"');
});

const good = {
  group: 'shop',
  table: 'items',
  lead: 'us-east',
  pin: ['config:*'],
  replicas: {
    'us-east': { store: 'sqlite:shop.db', logs: ['access-*.csv'] },
    'us-west': { host: 'ops@us-west', store: 'sqlite:/srv/shop/shop.db' },
  },
};

test('it accepts what is read, and every key has words for an editor to show', () => {
  assert.ok(accepts(good), JSON.stringify(accepts.errors));
  assert.ok(isRead(good));
  const replica = schema.properties.replicas.additionalProperties.properties;
  for (const [name, { description }] of Object.entries({ ...schema.properties, ...replica } as Record<
    string,
    { description?: string }
  >))
    assert.match(description ?? '', /\.$/, name);
});

/** Values that fit somewhere, and some that fit nowhere. */
const anything = fc.oneof(
  ...[
    fc.constantFrom('shop', '', 'local', '-oProxyCommand=x', 'ops@us-west', 'sqlite:/a b', 'sqlite:', '/x'),
  ],
  ...[fc.string({ maxLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null)],
  ...[fc.array(fc.constantFrom('a', '', 'b*'), { maxLength: 3 }), fc.constant({ store: 'sqlite:/x' })],
);
const replicaChanges = fc.dictionary(fc.constantFrom('host', 'store', 'logs', 'hosts'), anything, {
  maxKeys: 2,
});
const groupChanges = fc.dictionary(
  fc.constantFrom('group', 'table', 'lead', 'pin', 'exclude', 'replicas', 'donors'),
  anything,
  { maxKeys: 2 },
);

test('it accepts and refuses what foresync does', () => {
  const verdicts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(
      groupChanges,
      replicaChanges,
      fc.constantFrom(...Object.keys(good), 'nothing'),
      (group, replica, without) => {
        const replicas = { 'us-east': { store: 'sqlite:/srv/shop.db', ...replica } };
        const document: Record<string, unknown> = { ...good, replicas, ...group };
        delete document[without];
        const accepted = accepts(document);
        verdicts[accepted ? 'accepted' : 'refused']++;
        assert.equal(accepted, isRead(document), JSON.stringify([document, accepts.errors]));
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(verdicts.accepted > 50 && verdicts.refused > 50, JSON.stringify(verdicts));
});
