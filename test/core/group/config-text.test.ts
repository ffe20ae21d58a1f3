import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { readGroup } from '../../../src/core/group/config.ts';
import type { GroupDocument } from '../../../src/core/group/config-shape.ts';
import { configText } from '../../../src/core/group/config-text.ts';

const schemaPath = '/opt/fore sync/docs/foresync.schema.json';
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    'yes',
    'null',
    '1e3',
    '0x10',
    '~',
    '#',
    'a: b',
    '- a',
    "it's",
    '"',
    '\\',
    'a\nb',
    '*',
    '&a',
    '2026-11-01',
  ),
);
const name = text.filter((one) => one !== '__proto__');
const replica = fc.record({
  host: fc.constantFrom('local', 'ops@us-west', 'ssh://ops@us-west:22'),
  store: fc.string({ minLength: 1, maxLength: 20 }).map((file) => `sqlite:/${file.replaceAll('\0', '')}`),
  logs: fc.array(text, { maxLength: 3 }),
});
const document: fc.Arbitrary<GroupDocument> = fc
  .record({
    ...{
      group: text,
      table: text,
      pin: fc.array(text, { maxLength: 2 }),
      exclude: fc.array(text, { maxLength: 2 }),
    },
    replicas: fc.dictionary(name, replica, { minKeys: 1, maxKeys: 3 }),
  })
  .map((rest) => ({ ...rest, lead: Object.keys(rest.replicas)[0] ?? '' }));

test('what is written is read back, whatever the names are', () => {
  fc.assert(
    fc.property(document, (described) => {
      const written = configText(described, schemaPath);
      const { pin, exclude, ...always } = described;
      const expected = {
        ...always,
        ...(pin.length > 0 ? { pin } : {}),
        ...(exclude.length > 0 ? { exclude } : {}),
      };
      const replicas = Object.entries(described.replicas).map(([one, { host, store, logs }]) => [
        one,
        { host, store, ...(logs.length > 0 ? { logs } : {}) },
      ]);
      assert.deepEqual(parse(written), { ...expected, replicas: Object.fromEntries(replicas) });
      const group = readGroup(written, '/srv/shop/foresync.yaml');
      assert.deepEqual(
        [group.name, group.table, group.lead.name, [...group.replicas.keys()].sort()],
        [described.group, described.table, described.lead, Object.keys(described.replicas).sort()],
      );
    }),
    { numRuns: 300 },
  );
});

test('every key has a comment, and the schema is named for editors', () => {
  const written = configText(
    {
      ...{ group: 'shop', table: 'items', lead: 'us-east', pin: [], exclude: [] },
      replicas: { 'us-east': { host: 'local', store: 'sqlite:shop.db', logs: ['access-*.csv'] } },
    },
    schemaPath,
  );
  assert.match(
    written,
    /^# yaml-language-server: \$schema=\/opt\/fore%20sync\/docs\/foresync\.schema\.json\n/,
  );
  for (const key of ['group', 'table', 'lead', 'replicas', '# pin', '# exclude'])
    assert.match(written, new RegExp(`\\n# [A-Z'][^\\n]*\\n(#   [^\\n]*\\n)*${key}:`), key);
  for (const key of ['host', 'store', 'logs']) assert.match(written, new RegExp(`\\n#   ${key}: .*\\.\\n`));
});
