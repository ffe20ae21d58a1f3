import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { brokenBy, fieldsOf, grownBy } from '../../scripts/json-fields.ts';

const before = z.strictObject({
  id: z.string(),
  share: z.number().optional(),
  state: z.enum(['running', 'done']),
  phases: z.array(z.strictObject({ name: z.string(), rows: z.number() })),
  limit: z.number().nullable(),
});

function broken(now: z.ZodType): string[] {
  return brokenBy(fieldsOf({ run: before }), fieldsOf({ run: now }));
}

test('fields are told by their path, with type and whether they may be absent', () => {
  assert.deepEqual(fieldsOf({ run: before }), {
    run: {
      id: 'string',
      share: 'number?',
      state: '"running" | "done"',
      phases: 'array of object',
      'phases[].name': 'string',
      'phases[].rows': 'number',
      limit: 'number | null',
    },
  });
});

test('a field of one kind of an object alone may be absent', () => {
  const either = z.union([
    z.strictObject({ name: z.string(), offsetMs: z.number() }),
    z.strictObject({ name: z.string(), reason: z.string() }),
  ]);
  assert.deepEqual(fieldsOf({ either }), {
    either: { name: 'string', offsetMs: 'number?', reason: 'string?' },
  });
});

test('a field more, a value more, and one that is there from now on are no breach', () => {
  const grown = before.extend({
    added: z.string(),
    share: z.number(),
    state: z.enum(['running', 'done', 'stopped']),
    phases: z.array(z.strictObject({ name: z.string(), rows: z.number(), share: z.number() })),
  });
  assert.deepEqual(broken(grown), []);
  assert.equal(grownBy(fieldsOf({ run: before }), fieldsOf({ run: grown })).run?.added, 'string');
});

test('a field that is gone, retyped or optional by now, and a value that is gone, are breaches', () => {
  assert.deepEqual(broken(before.omit({ id: true })), ['run: id is gone']);
  assert.deepEqual(broken(before.extend({ id: z.number() })), ['run: id was string and is number']);
  assert.deepEqual(broken(before.extend({ id: z.string().optional() })), [
    'run: id was string and is string?',
  ]);
  assert.deepEqual(broken(before.extend({ id: z.string().nullable() })), [
    'run: id was string and is string | null',
  ]);
  assert.deepEqual(broken(before.extend({ state: z.enum(['running']) })), [
    'run: state was "running" | "done" and is "running"',
  ]);
  assert.deepEqual(broken(before.extend({ phases: z.array(z.strictObject({ name: z.string() })) })), [
    'run: phases[].rows is gone',
  ]);
  assert.equal(brokenBy(fieldsOf({ run: before }), {}).length, 7);
});
