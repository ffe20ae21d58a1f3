import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fateOf } from '../../../src/core/plan/inspect/plan-outcome.ts';
import { reduce } from '../../../src/ui/inspect/reduce.ts';
import { bodyRows, chosenEntry, isUnsaved } from '../../../src/ui/inspect/state.ts';
import { entry, inspected, manyEntries } from '../../core/plan/inspect/plan-examples.ts';
import { opened, press } from './press.ts';

test('arrows, pages and ends move, and never out of the list', async (t) => {
  const plan = await inspected(t, manyEntries(100));
  const at = async (keys: string) => {
    const { cursor, top } = await press(opened(plan), plan, keys);
    return [cursor, top];
  };
  assert.deepEqual(await at('<up>'), [0, 0]);
  assert.deepEqual(await at('<down>jj'), [3, 0]);
  assert.deepEqual(await at('jjk'), [1, 0]);
  assert.deepEqual(await at('<pageDown>'), [16, 16]);
  assert.deepEqual(await at('<pageDown> <pageUp>'), [16, 16]);
  assert.deepEqual(await at('G'), [99, 83]);
  assert.deepEqual(await at('<end><down>g'), [0, 0]);
});

test('whatever is pressed and however the terminal changes, the chosen entry is on the screen', async (t) => {
  const plan = await inspected(t, manyEntries(60));
  const keys = fc.constantFrom(
    ...'jkgGsrpxncft ?1',
    '<pageDown>',
    '<pageUp>',
    '<enter>',
    '<escape>',
    '<up>',
    '<backspace>',
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: keys },
    {
      weight: 1,
      arbitrary: fc.record({
        columns: fc.integer({ min: 1, max: 220 }),
        rows: fc.integer({ min: 1, max: 70 }),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let state = opened(plan);
      for (const one of steps) {
        state =
          typeof one === 'string'
            ? await press(state, plan, one)
            : reduce(state, { type: 'resized', ...one }, plan);
        const rows = plan.rows(state.view).length;
        assert.ok(state.cursor >= 0 && state.cursor < Math.max(1, rows));
        assert.ok(state.top >= 0 && state.top <= state.cursor && state.cursor < state.top + bodyRows(state));
      }
    }),
    { seed: 21, numRuns: 80 },
  );
});

test('s sorts by one figure after the other, r the other way round, and the chosen entry stays chosen', async (t) => {
  const plan = await inspected(t, manyEntries(50));
  let state = await press(opened(plan), plan, 'jjjjj');
  const sorts: string[] = [];
  for (let i = 0; i < 7; i++) {
    state = await press(state, plan, 's');
    sorts.push(state.view.sort);
    assert.equal(chosenEntry(state, plan), 5);
  }
  assert.deepEqual(sorts, ['confidence', 'reads', 'writes', 'size', 'time', 'plan', 'confidence']);
  state = await press(state, plan, 'r');
  assert.equal(state.view.reverse, true);
  assert.equal(chosenEntry(state, plan), 5);
});

test('a search goes to the next entry that has the text, wraps, and says so', async (t) => {
  const plan = await inspected(
    t,
    ['ab', 'b', 'abc', 'c', 'xab'].map((key) => entry(key)),
  );
  let state = await press(opened(plan), plan, 'j/ab<enter>');
  assert.deepEqual([state.cursor, state.search?.found?.count], [2, 3]);
  state = await press(state, plan, 'n');
  assert.equal(state.cursor, 4);
  state = await press(state, plan, 'n');
  assert.deepEqual([state.cursor, state.message?.text], [0, 'The search went on at the top.']);
  state = await press(state, plan, 'N');
  assert.deepEqual([state.cursor, state.message?.text], [4, 'The search went on at the end.']);
  state = await press(state, plan, '/nothing<enter>');
  assert.deepEqual([state.cursor, state.message?.text], [4, "'nothing' is not in any key."]);
  state = await press(await press(opened(plan), plan, ''), plan, 'n');
  assert.match(state.message?.text ?? '', /Nothing is searched for/);
});

test('an answer to a search that is over is left alone', async (t) => {
  const plan = await inspected(t, [entry('a'), entry('b')]);
  const signal = new AbortController().signal;
  const state = await press(opened(plan), plan, '/b<enter>');
  const late = reduce(state, { type: 'found', found: await plan.search('a', signal) }, plan);
  assert.deepEqual(late.search, state.search);
});

test('filters list only some, by what is typed or chosen, and Escape goes back to before', async (t) => {
  const plan = await inspected(t, manyEntries(60));
  const listed = async (keys: string) => plan.rows((await press(opened(plan), plan, keys)).view).length;
  assert.equal(await listed('fc.5<enter>'), 31);
  assert.equal(await listed('fc.5<escape>'), 60);
  assert.equal(await listed('fd<down><enter>'), 20);
  assert.equal(await listed('fdus-west<enter>fc.5<enter>'), 10);
  assert.equal(await listed('fm<up><enter>'), 48);
  assert.equal(await listed('fdus-west<enter>fa'), 60);
  const wrong = await press(opened(plan), plan, 'fdus-<enter>');
  assert.equal(wrong.prompt?.error, 'There is no such donor.');
});

test('a threshold and a budget show at once what they leave, and Escape takes them back', async (t) => {
  const plan = await inspected(t, manyEntries(60), { minConfidence: 0.01 });
  let state = await press(opened(plan), plan, 't0.5');
  assert.equal(plan.outcome(state.edits).belowThreshold, 29);
  state = await press(state, plan, '<up>');
  assert.equal(state.edits.minConfidence, 0.51);
  state = await press(state, plan, 'x');
  assert.deepEqual([state.prompt?.error, state.edits.minConfidence], ['A number from 0 to 1.', 0.51]);
  state = await press(state, plan, '<enter>');
  assert.equal(state.prompt?.kind, 'threshold', 'what is wrong is not taken');
  state = await press(state, plan, '<escape>');
  assert.equal(state.edits, plan.unedited);
  state = await press(state, plan, 'b1 KiB');
  assert.ok(plan.outcome(state.edits).pastBudget > 40);
  state = await press(state, plan, '<clear>10 keys<enter>');
  assert.deepEqual(
    [state.edits.budgetKeys, state.edits.budgetBytes, plan.outcome(state.edits).entries],
    [10, undefined, 10],
  );
  state = await press(state, plan, 'b<up><enter>');
  assert.equal(state.edits.budgetKeys, 11);
  state = await press(state, plan, 'b1<clear><enter>t1<clear><enter>');
  assert.equal(isUnsaved(state, plan), false);
});

test('a budget that the pins alone exceed is not taken', async (t) => {
  const plan = await inspected(t, manyEntries(20));
  const state = await press(opened(plan), plan, 'pjpb1 keys<enter>');
  assert.match(state.prompt?.error ?? '', /2 keys are pinned/);
});

test('p pins and x excludes the chosen entry, and once more takes it back', async (t) => {
  const plan = await inspected(t, manyEntries(20));
  let state = await press(opened(plan), plan, 'jpjx');
  const fates = () => [0, 1, 2].map((number) => fateOf(plan.outcome(state.edits), number));
  assert.deepEqual(fates(), ['kept', 'pinned', 'excluded']);
  assert.equal(isUnsaved(state, plan), true);
  state = await press(state, plan, 'xkp');
  assert.deepEqual(fates(), ['kept', 'kept', 'kept']);
  assert.equal(isUnsaved(state, plan), false);
});

test('w asks for a name and wishes it written; a file that is there is only written over after a yes', async (t) => {
  const plan = await inspected(t, manyEntries(20));
  let state = await press(opened(plan), plan, 'xw');
  assert.match(state.prompt?.text ?? '', /plan-edited\.jsonl$/);
  state = await press(state, plan, '<clear><enter>');
  assert.equal(state.prompt?.error, 'A file needs a name.');
  state = await press(state, plan, 'new.jsonl<enter>');
  assert.deepEqual(state.wish, { kind: 'save', file: 'new.jsonl', replace: false, edits: state.edits });
  const asked = reduce(state, { type: 'not-saved', file: 'new.jsonl', reason: 'there', isThere: true }, plan);
  assert.equal(asked.prompt?.kind, 'overwrite');
  assert.equal((await press(asked, plan, 'n')).wish, undefined);
  assert.deepEqual((await press(asked, plan, 'y')).wish, {
    kind: 'save',
    file: 'new.jsonl',
    replace: true,
    edits: state.edits,
  });
  const saved = reduce(state, { type: 'saved', file: 'new.jsonl', edits: state.edits }, plan);
  assert.equal(isUnsaved(saved, plan), false);
  const failed = reduce(state, { type: 'not-saved', file: 'x', reason: 'No space.', isThere: false }, plan);
  assert.deepEqual([failed.message, isUnsaved(failed, plan)], [{ role: 'bad', text: 'No space.' }, true]);
});

test('q asks where changes are not saved, and ctrl-C does not', async (t) => {
  const plan = await inspected(t, manyEntries(20));
  const wish = async (keys: string) => (await press(opened(plan), plan, keys)).wish;
  assert.deepEqual(await wish('q'), { kind: 'quit', interrupted: false });
  assert.equal(await wish('pq'), undefined);
  assert.equal(await wish('pqn'), undefined);
  assert.deepEqual(await wish('pqy'), { kind: 'quit', interrupted: false });
  assert.deepEqual(await wish('p<interrupt>'), { kind: 'quit', interrupted: true });
  assert.deepEqual(await wish('/ab<interrupt>'), { kind: 'quit', interrupted: true });
});

test('a plan without entries can be looked at and asked anything', async (t) => {
  const plan = await inspected(t, []);
  const state = await press(
    opened(plan),
    plan,
    'jkG<pageDown><enter>px/a<enter>nsrc?t0.5<enter>b<up><enter>',
  );
  assert.equal(chosenEntry(state, plan), undefined);
});
