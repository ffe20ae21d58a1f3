import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { wholeView } from '../../../src/core/plan/inspect/plan-rows.ts';
import { inspectOnTerminal } from '../../../src/ui/inspect/mount.tsx';
import type { InspectorWorld } from '../../../src/ui/inspect/run-inspector.ts';
import { brushFor } from '../../../src/ui/metrics-paint.ts';
import { entry, inspected, manyEntries } from '../../core/plan/inspect/plan-examples.ts';
import { fakeTerminal } from '../fake-terminal.ts';

const brush = brushFor([], { LANG: 'C.UTF-8', NO_COLOR: '1' });

/** Standard input as Ink sees it on a terminal. */
function fakeKeyboard() {
  const stream = new PassThrough();
  const raw: boolean[] = [];
  return {
    raw,
    type: (text: string) => stream.write(text),
    stdin: Object.assign(stream, {
      isTTY: true,
      setRawMode: (mode: boolean) => raw.push(mode),
      ref: () => stream,
      unref: () => stream,
    }) as unknown as NodeJS.ReadStream,
  };
}

async function start(
  t: TestContext,
  entries = manyEntries(100),
  { columns = 80, rows = 24, world = {}, signal = new AbortController().signal } = {} as {
    columns?: number;
    rows?: number;
    world?: Partial<InspectorWorld>;
    signal?: AbortSignal;
  },
) {
  const plan = await inspected(t, entries);
  const screen = fakeTerminal(columns, rows);
  const keyboard = fakeKeyboard();
  const view = { view: wholeView, edits: plan.unedited, search: undefined };
  const terminal = { stdin: keyboard.stdin, stdout: screen.stream, stderr: screen.stream };
  const saving: InspectorWorld = { save: async () => undefined, ...world };
  const end = inspectOnTerminal(plan, view, { terminal, brush, world: saving, signal });
  /** Waits until something has been drawn since it was asked for. */
  const shows = async (pattern: RegExp) => {
    while (!pattern.test(screen.written())) await once(screen.drawn, 'drawn');
  };
  return { plan, screen, keyboard, end, shows };
}

for (const [columns, rows] of [
  [80, 24],
  [200, 60],
] as const) {
  test(`at ${columns}x${rows} keys are heard, frames are drawn on a screen of their own, and the terminal is given back`, async (t) => {
    const { screen, keyboard, end, shows } = await start(t, manyEntries(100), { columns, rows });
    await shows(/1 of 100/);
    keyboard.type('jj');
    await shows(/3 of 100/);
    keyboard.type('\u001b[6~');
    await shows(columns === 80 ? /19 of 100/ : /55 of 100/);
    keyboard.type('/user:0\r');
    await shows(/'user:0' in 1 key/);
    keyboard.type('q');
    assert.deepEqual(await end, { interrupted: false, saved: undefined });
    const written = screen.written();
    assert.ok(written.includes('\u001b[?1049h') && written.includes('\u001b[?1049l'));
    assert.deepEqual(keyboard.raw.at(-1), false);
    for (const frame of screen.frames()) assert.ok(frame.length < rows, `${frame.length} lines`);
  });
}

test('a terminal that changes its size is filled anew', async (t) => {
  const { screen, keyboard, end, shows } = await start(t);
  await shows(/ 17 user/);
  assert.doesNotMatch(screen.written(), / 18 user/);
  Object.assign(screen.stream, { columns: 200, rows: 60 });
  screen.stream.emit('resize');
  await shows(/ 53 user.* learned/);
  keyboard.type('q');
  await end;
});

test('what is excluded is saved under the name that is typed, and told', async (t) => {
  const saved: unknown[] = [];
  const { keyboard, end, shows } = await start(t, manyEntries(10), {
    world: {
      save: async (edits, file, replace) => {
        saved.push([[...edits.changes], file, replace]);
        return saved.length === 1 ? { reason: 'there', isThere: true } : undefined;
      },
    },
  });
  await shows(/1 of 10/);
  keyboard.type('xw\u0015new.jsonl\r');
  await shows(/Write over it/);
  keyboard.type('y');
  await shows(/Written to new\.jsonl/);
  keyboard.type('q');
  assert.deepEqual(await end, { interrupted: false, saved: { file: 'new.jsonl', keys: 9 } });
  assert.deepEqual(saved, [
    [[[0, 2]], 'new.jsonl', false],
    [[[0, 2]], 'new.jsonl', true],
  ]);
});

test('a signal, and a failure, give the terminal back and reject', async (t) => {
  const stop = new AbortController();
  const { screen, end, shows } = await start(t, [entry('a')], { signal: stop.signal });
  await shows(/1 of 1/);
  stop.abort(new DOMException('stopped by SIGTERM', 'AbortError'));
  await assert.rejects(end, { name: 'AbortError' });
  assert.ok(screen.written().includes('\u001b[?1049l'));
  const failing = await start(t, [entry('a')], { world: { save: () => Promise.reject(new Error('no')) } });
  await failing.shows(/1 of 1/);
  failing.keyboard.type('xw\r');
  await assert.rejects(failing.end, { message: 'no' });
});

test('ctrl-C ends at once, with changes or without', async (t) => {
  const { keyboard, end, shows } = await start(t);
  await shows(/1 of 100/);
  keyboard.type('p');
  await shows(/1 pinned/);
  keyboard.type('\u0003');
  assert.deepEqual(await end, { interrupted: true, saved: undefined });
});
